// Prints the plain closing line of .ci/run from vitest's JSON reports, added up. No report, or one without a test that
// ran, is a failure: a run that tested nothing must not look green.
import { existsSync, readFileSync } from 'node:fs'

const reports = process.argv.slice(2).map((path) => {
  return JSON.parse((existsSync(path) && readFileSync(path, 'utf8')) || 'null')
})
const sum = (key) => reports.reduce((total, report) => total + (report?.[key] ?? 0), 0)
const [passed, failed, skipped] = [sum('numPassedTests'), sum('numFailedTests'), sum('numPendingTests')]
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
const green = reports.every((report) => report?.success === true && report.numPassedTests > 0)
if (!green || failed > 0) process.exitCode = 1
