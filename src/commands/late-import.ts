/**
 * What an import needs: a file of its own in dist/, so that neither other starts load it nor it loads what the other
 * commands need.
 */
export { defineResultsImport } from './results-import.ts'
export { importBackup } from './stage-import.ts'
