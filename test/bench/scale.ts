import { parseArgs } from 'node:util'
import { describeMachine, findTools } from './machine.ts'
import { scaleReportText } from './scale-print.ts'
import { measureScale, type ScalePlan } from './scale-measure.ts'

/**
 * `npm run bench:scale [-- --small] [--jobs n] [--rows n] [--postgres-jobs n] [--rounds n] [--folder dir] [--json]`: how
 * time grows with the database. It needs twice the room of the large database; all of it is removed at the end.
 */
const { values } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    jobs: { type: 'string' },
    rows: { type: 'string' },
    'postgres-jobs': { type: 'string' },
    rounds: { type: 'string', default: '21' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

const size = (text: string | undefined, full: number, small: number): number =>
  text === undefined ? (values.small ? small : full) : Number(text)

const plan: ScalePlan = {
  jobs: size(values.jobs, 100_000, 2_000),
  rows: size(values.rows, 100, 20),
  postgresJobs: size(values['postgres-jobs'], 10_000, 500),
  rowsOfLargeJob: values.small ? 5_000 : 200_000,
  rounds: Number(values.rounds),
  folder: values.folder ?? null,
  say: (text) => {
    process.stderr.write(`${text}\n`)
  },
}
const numbers = [plan.jobs, plan.rows, plan.rounds]
const isSound = numbers.every((number) => Number.isInteger(number) && number >= 1) && plan.jobs >= 100

if (!isSound || !Number.isInteger(plan.postgresJobs) || plan.postgresJobs < 0) {
  process.stderr.write(
    'usage: bench:scale [--small] [--jobs <n, at least 100>] [--rows <n>] [--postgres-jobs <n, 0 for none>]\n' +
      '                   [--rounds <n>] [--folder <dir>] [--json]\n',
  )
  process.exitCode = 2
} else {
  const report = { machine: describeMachine(findTools()), ...(await measureScale(plan)) }
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : scaleReportText(report))
}
