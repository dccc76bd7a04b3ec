import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'

/** How a process ended and what it said. */
export interface Run {
  stdout: string
  stderr: string
  /** The exit code; null when a signal ended the process. */
  code: number | null
}

export interface Conditions {
  /** Variables on top of the clean ones; undefined takes one away. */
  env?: Record<string, string | undefined>
  cwd?: string
  /** What the process reads from stdin; by default it is at its end at once. */
  input?: string
  /** A user's number; only root may start processes of others. */
  user?: number
  /** Milliseconds after which the process is killed, if it is not over by then. */
  killAfter?: number
}

/** A temporary folder with a home, a database that is not there yet, and a clean environment. */
export interface Workplace {
  /** Everything lies below, under its real path. */
  folder: string
  /** The database: a path or a URL, handed on as PVT_DB. */
  db: string
  env: Record<string, string>
  pvt: (args: readonly string[], conditions?: Conditions) => Promise<Run>
  /** The answer of a command that went well (`code` says how), parsed. */
  json: <Answer = Record<string, unknown>>(args: readonly string[], conditions?: Exit) => Promise<Answer>
  /** The id of a new job. */
  create: (args?: readonly string[], conditions?: Conditions) => Promise<string>
  /** Runs a line of shell in which `pvt` is the program. */
  sh: (script: string, conditions?: Conditions) => Promise<Run>
  /** A path below the folder. */
  path: (...names: string[]) => string
  remove: () => void
}

type Exit = Conditions & { code?: number }

const root = resolve(import.meta.dirname, '..', '..')

/** The program under test; PVT_TEST_PROGRAM names another one, for example an installed package. */
export const program = process.env.PVT_TEST_PROGRAM ?? join(root, 'bin', 'pvt.cjs')

export function openWorkplace(db?: string): Workplace {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pvt-cli-')))
  // Tests run it as another user, too.
  chmodSync(folder, 0o755)
  for (const name of ['home', 'bin', 'work']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'bin', 'pvt'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, {
    mode: 0o755,
  })
  const database = db ?? join(folder, 'pvt.db')
  const env = {
    PATH: `${join(folder, 'bin')}:/usr/local/bin:/usr/bin:/bin`,
    HOME: join(folder, 'home'),
    USER: 'ada',
    TZ: 'UTC',
    PVT_DB: database,
  }
  const cwd = join(folder, 'work')
  const conditionsOf = (given: Conditions = {}): Conditions => ({
    ...given,
    cwd: given.cwd ?? cwd,
    env: { ...env, ...given.env },
  })
  const pvt: Workplace['pvt'] = (args, given) =>
    run(process.execPath, [program, ...args], conditionsOf(given))
  const json = async <Answer>(
    args: readonly string[],
    { code = 0, ...given }: Exit = {},
  ): Promise<Answer> => {
    const answer = await pvt([...args, '--json'], given)
    expect({ args, code: answer.code, stderr: code === 0 ? '' : answer.stderr }, answer.stderr).toEqual({
      args,
      code,
      stderr: code === 0 ? '' : (expect.any(String) as string),
    })
    return JSON.parse(answer.stdout) as Answer
  }
  return {
    folder,
    db: database,
    env,
    pvt,
    json,
    create: async (args = [], given) => {
      const created = await pvt(['job', 'create', ...args], given)
      expect(created.stdout, created.stderr).toMatch(uuidLine)
      return created.stdout.trim()
    },
    sh: (script, given) => run('bash', ['-c', script], conditionsOf(given)),
    path: (...names) => join(folder, ...names),
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const uuidLine = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n$/

/** 2026-01-31T12:00:00.000Z */
export const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** A failure as a person sees it: nothing on stdout, one line `pvt: …` on stderr, no stack trace. */
export function expectFailure(run: Run, code: number, message: RegExp | string): void {
  expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code, stdout: '' })
  expect(run.stderr).toMatch(/^pvt: [^\n]+\n$/)
  expect(run.stderr).not.toMatch(/\n\s+at |node:internal|Error:/)
  expect(run.stderr).toMatch(message)
}

/** The fields of a line of CSV in which nothing is quoted. */
export const csvLines = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','))

function run(
  command: string,
  args: readonly string[],
  { env, cwd, input, user, killAfter }: Conditions,
): Promise<Run> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, env, uid: user, stdio: 'pipe' })
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
    // A process that ends without reading its input is no fault of the test.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    child.on('error', fail)
    child.on('close', (code) => {
      clearTimeout(timer)
      done({ stdout, stderr, code })
    })
  })
}
