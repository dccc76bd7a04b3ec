import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, copyFileSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { childEnvironment } from './machine.ts'
import { program } from './scale-commands.ts'
import type { MarkerAnswer, MarkerTask } from './scale-marker.ts'
import type { Filled } from './scale-measure.ts'

/** The oldest tenth of the jobs goes while another process marks a stage every 50 ms. */
export interface CleanupFigure {
  removed: number
  seconds: number
  /** The marks, alone and beside the cleanup; milliseconds. */
  alone: MarkerAnswer
  beside: MarkerAnswer
}

const everyMs = 50
const aloneMs = 10_000

export async function measureCleanup(database: Filled): Promise<CleanupFigure> {
  const alone = await marking(database, () => wait(aloneMs))
  const days = Math.floor((Date.now() - Date.parse(database.sample.firstTenthEnded)) / 86_400_000)
  let removed = 0
  let seconds = 0
  const beside = await marking(database, async () => {
    const start = performance.now()
    const answer = await run([
      '--db',
      database.name,
      'cleanup',
      '--older-than',
      `${days}d`,
      '--yes',
      '--json',
    ])
    seconds = (performance.now() - start) / 1000
    removed = (JSON.parse(answer) as { removed: unknown[] }).removed.length
  })
  return { removed, seconds, alone, beside }
}

/** Has another process mark stages while `work` is done. */
async function marking({ location, sample }: Filled, work: () => Promise<unknown>): Promise<MarkerAnswer> {
  const task: MarkerTask = { location, jobs: sample.running, everyMs }
  const script = join(import.meta.dirname, 'scale-marker.ts')
  const marker = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(task)], {
    env: childEnvironment(),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  marker.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = once(marker, 'close')
  await once(marker.stdout, 'data')
  try {
    await work()
  } finally {
    marker.stdin.end()
    await ended
  }
  return JSON.parse(text.replace('ready\n', '')) as MarkerAnswer
}

async function run(parameters: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [program, ...parameters], {
    env: childEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${parameters.join(' ')} ended with ${String(code)}`)
  return Buffer.concat(chunks).toString()
}

/** `pvt backup create`, which also checks and syncs the copy, beside copies of the file, bare and synced; seconds. */
export interface BackupFigure {
  backup: number[]
  copy: number[]
  syncedCopy: number[]
  /** Of the shortest ones. */
  toCopy: number
  toSyncedCopy: number
}

const rounds = 2

export async function measureBackup(database: Filled, folder: string): Promise<BackupFigure> {
  const target = join(folder, 'copy.db')
  const figure: BackupFigure = { backup: [], copy: [], syncedCopy: [], toCopy: 0, toSyncedCopy: 0 }
  for (let round = 0; round < rounds; round += 1) {
    for (const isSynced of [false, true]) {
      const seconds = timed(() => {
        copyFileSync(database.name, target)
        if (isSynced) syncFile(target)
      })
      figure[isSynced ? 'syncedCopy' : 'copy'].push(seconds)
      rmSync(target)
    }
    figure.backup.push(
      timed(() => {
        backUp(database, target)
      }),
    )
    rmSync(target)
  }
  figure.toCopy = Math.min(...figure.backup) / Math.min(...figure.copy)
  figure.toSyncedCopy = Math.min(...figure.backup) / Math.min(...figure.syncedCopy)
  return figure
}

function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  fsyncSync(file)
  closeSync(file)
}

function backUp({ name }: Filled, target: string): void {
  const all = [program, '--db', name, 'backup', 'create', target]
  const { status, stderr } = spawnSync(process.execPath, all, { env: childEnvironment(), stdio: 'pipe' })
  if (status !== 0) throw new Error(`backup create ended with ${String(status)}: ${String(stderr)}`)
}

function timed(work: () => void): number {
  const start = performance.now()
  work()
  return (performance.now() - start) / 1000
}
