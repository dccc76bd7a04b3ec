/**
 * What an import needs: a file of its own in dist/, so that an import does not load what the other late commands need.
 * These load it, too: they share its code.
 */
export { defineResultsImport } from './results-import.ts'
export { importBackup } from './stage-import.ts'
