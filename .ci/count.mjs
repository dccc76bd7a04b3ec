// Prints the plain closing line of .ci/run from vitest's JSON report. No report, or one without a test that ran, is a
// failure: a run that tested nothing must not look green.
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync(process.argv[2], 'utf8') || 'null')
const passed = report?.numPassedTests ?? 0
const failed = report?.numFailedTests ?? 0
const skipped = report?.numPendingTests ?? 0
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
if (passed === 0 || failed > 0 || report?.success !== true) process.exitCode = 1
