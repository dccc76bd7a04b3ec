import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import type { Order } from './worker.ts'

export interface Answer {
  answer?: unknown
  code?: string
  message?: string
  stderr: string
}

export interface Conditions {
  /** A user's number; only root may start processes of others. */
  user?: number
  /** The longest file that the process may write, in blocks of the shell (`ulimit -f`). */
  fileBlocks?: number
  /** Where the drivers are, in place of the project's node_modules. */
  modules?: string
  /** Variables on top of this process's own. */
  env?: Record<string, string>
  /** Milliseconds after which the process is killed, if it is not over by then. */
  killAfter?: number
}

export interface Workers {
  /** Starts a process that obeys, and waits for its end. */
  run: (order: Order, conditions?: Conditions) => Promise<Answer>
  remove: () => void
}

const root = resolve(import.meta.dirname, '..', '..')

/** Bundles worker.ts as the program itself is bundled, so that a process starts in 40 ms instead of 300. */
export async function buildWorkers(): Promise<Workers> {
  const folder = mkdtempSync(join(tmpdir(), 'pvt-workers-'))
  chmodSync(folder, 0o755)
  const outfile = join(folder, 'worker.cjs')
  await build({
    entryPoints: [join(root, 'test/support/worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['better-sqlite3', 'pg'],
    logOverride: { 'empty-import-meta': 'silent' },
  })
  return {
    run: (order, conditions = {}) => run(outfile, order, conditions),
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Writes `0001_….sql` … into a new folder; given as name → SQL. */
export function writeMigrations(folder: string, files: Record<string, string>): string {
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, `${name}.sql`), sql)
  return folder
}

/** Tables for tests that are about the driver and not about jobs. */
export const counterMigration = `
  create table counters (name text primary key, n bigint not null);
  create table notes (note text primary key);
  insert into counters (name, n) values ('shared', 0);
`

function run(
  program: string,
  order: Order,
  { user, fileBlocks, modules, env, killAfter }: Conditions,
): Promise<Answer> {
  return new Promise((done, fail) => {
    const limit = `ulimit -f ${fileBlocks ?? 'unlimited'}; exec "$@"`
    const child = spawn('sh', ['-c', limit, 'sh', process.execPath, program, JSON.stringify(order)], {
      env: {
        ...process.env,
        NODE_PATH: modules ?? join(root, 'node_modules'),
        NODE_EXTRA_CA_CERTS: undefined,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      uid: user,
    })
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter)
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.on('error', fail)
    child.on('close', () => {
      clearTimeout(timer)
      done({ ...(stdout === '' ? { code: 'no answer' } : (JSON.parse(stdout) as Answer)), stderr })
    })
  })
}
