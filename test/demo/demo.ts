import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { messageOf } from '../../src/errors.ts'
import { isTerminal, ReaderGone, writeError, writeOutput } from '../../src/output.ts'
import { makeBackup, makeDomain } from '../fixtures/flow.ts'

/**
 * `npm run demo`: a run of the flow from its first stage to its results, with the real program, a SQLite database and
 * made-up files in a temporary folder. Prints every command as a user would type it, and what it answers. The folder
 * stays, to try more on it.
 */
function main(): void {
  const place = makePlace()
  const { domain, database } = place
  const pvt = openTerminal(place)
  const now = new Date()

  tell('A domain folder of the flow: its config.cfg, and the backup of a run that nobody has recorded.')
  const old = makeDomain(domain, { seed: 1, stamp: stampOf(daysBefore(now, 120)) })
  typed(`export PVT_DB=${quoted(database)}`)
  typed(`cd ${quoted(domain)}`)
  tell('The old backup becomes a completed job.')
  pvt(['results', 'import', relative(domain, old.backupPath), '--new'])

  tell(
    'A new run. The wrapper script of the flow records it, then marks each stage where it begins and ends.',
  )
  pvt(['job', 'create', '--tag', 'demo', '--stages', 'gen,run,ext,srt,bkp,usr'])
  tell('No job has to be named: in a domain folder its newest job is meant.')
  for (const stage of ['gen', 'run', 'ext', 'srt']) passStage(pvt, stage)
  const failures = {
    failedPoints: ['SSG/typical/m40/v1min_v2min'],
    failedMeasurements: [{ point: 'FFG/typical/125/v1max_v2max', name: 'slew_fall', text: 'failed' }],
  }
  passStage(pvt, 'bkp', () => {
    const { backupPath } = makeBackup(domain, { seed: 2, stamp: stampOf(now), ...failures })
    tell(`Here the flow writes ${basename(backupPath)}.`)
  })
  tell('The newest backup of the domain: 92 reports and creport.txt, compared with each other.')
  pvt(['results', 'import'])
  passStage(pvt, 'usr')

  tell('All stages are done: the job is completed.')
  pvt(['job', 'status'])
  pvt(['results', 'summary'])
  tell('A few points: the slowest ones, some of a corner, and the one with a failed measurement.')
  pvt(['results', 'show', '--sort', 'del_rr:desc', '--limit', '4'])
  pvt(['results', 'show', '--point', 'SSG/typical/m40/*', '--measure', 'del_*'])
  pvt(['results', 'show', '--failed'])
  tell('Which of the 92 simulations delivered nothing? The flow itself does not say.')
  pvt(['results', 'missing'], 7)
  tell('Exit code 7: a check did not pass. A script can stop on it before anything is deleted.')

  tell('Looking back, and looking after the database.')
  pvt(['history'])
  pvt(['backup'])
  pvt(['cleanup', '--older-than', '90d', '--dry-run'])

  tellWhatNext(place)
}

/** A stage of the flow as a wrapper script marks it; `work` is what happens in between. */
function passStage(pvt: Pvt, stage: string, work: () => void = () => undefined): void {
  pvt(['stage', 'start', stage])
  work()
  pvt(['stage', 'done', stage])
}

interface Place {
  /** bin/pvt.cjs */
  program: string
  folder: string
  domain: string
  database: string
}

/** `expected`: the exit code, 0 by default. */
type Pvt = (parameters: readonly string[], expected?: number) => void

/** Types commands and shows what they answer; ends the demo when one of them does not end as it should. */
function openTerminal({ program, domain, database }: Place): Pvt {
  const env = demoEnvironment(database)
  return (parameters, expected = 0) => {
    const words = ['pvt', ...parameters].map(quoted).join(' ')
    typed(words)
    const { status, signal, stdout, error } = spawnSync(process.execPath, [program, ...parameters], {
      cwd: domain,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (error !== undefined) throw error
    writeOutput(stdout)
    if (status === expected) return
    throw new Error(
      `'${words}' in ${domain}: expected exit code ${expected}, got ${status ?? signal ?? 'none'}`,
    )
  }
}

/** Whether the demo's own lines and the answers have colour: the program itself writes into a pipe here. */
const colour =
  (process.env.NO_COLOR ?? '') === '' &&
  ((process.env.FORCE_COLOR ?? '') === ''
    ? process.env.TERM !== 'dumb' && isTerminal(1)
    : process.env.FORCE_COLOR !== '0')

/** The user's environment without their own database, job and other settings of pvt. */
function demoEnvironment(database: string): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('PVT_'))
  return { ...Object.fromEntries(others), PVT_DB: database, ...(colour ? { FORCE_COLOR: '1' } : {}) }
}

function makePlace(): Place {
  const root = resolve(fileURLToPath(import.meta.url), '..', '..', '..')
  if (!existsSync(join(root, 'dist', 'cli.cjs'))) throw new Error('pvt is not built; use: npm run demo')
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pvt-demo-')))
  return {
    program: join(root, 'bin', 'pvt.cjs'),
    folder,
    domain: join(folder, 'gpio'),
    database: join(folder, 'pvt.db'),
  }
}

function tellWhatNext({ program, folder, domain, database }: Place): void {
  tell('To go on with this data yourself, in bash or zsh:')
  typed(`alias pvt=${quoted(program)}`)
  typed(`export PVT_DB=${quoted(database)}`)
  typed(`cd ${quoted(domain)}`)
  tell('or in tcsh:')
  typed(`alias pvt ${quoted(program)}`)
  typed(`setenv PVT_DB ${quoted(database)}`)
  typed(`cd ${quoted(domain)}`)
  tell('and then, for example:')
  typed('pvt inspect config.cfg')
  typed("pvt results show --point 'SSG*/typical/*/v1min*'")
  typed('pvt results export -o results.csv')
  typed('pvt job log')
  typed('pvt stats')
  typed('pvt --help')
  tell('The folder is yours to delete:')
  typed(`rm -r ${quoted(folder)}`)
}

/** A line of the demo itself; a comment, so that all that is printed could be typed. */
function tell(text: string): void {
  writeOutput(`\n${painted(`# ${text}`, '36')}\n`)
}

function typed(line: string): void {
  writeOutput(`${painted(`$ ${line}`, '1')}\n`)
}

const painted = (text: string, code: string): string => (colour ? `\x1b[${code}m${text}\x1b[0m` : text)

/** As a shell needs it. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

const daysBefore = (date: Date, days: number): Date => new Date(date.getTime() - days * 86_400_000)

/** The time in the name of a backup folder: local, to the minute. */
function stampOf(date: Date): string {
  const parts = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes()]
  return `${date.getFullYear()}${parts.map((part) => String(part).padStart(2, '0')).join('')}`
}

try {
  main()
} catch (error) {
  if (!(error instanceof ReaderGone)) {
    writeError(`demo: ${messageOf(error)}\n`)
    process.exitCode = 1
  }
}
