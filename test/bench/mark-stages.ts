import { performance } from 'node:perf_hooks'
import { finishStage, startStage } from '../../src/domain/timeline.ts'
import { changeJob } from '../../src/store/change-job.ts'
import { openDatabase } from '../../src/store/open-database.ts'

/**
 * A process that marks a stage of a job every 50 ms until its stdin is closed (cleanup-wait.ts starts it with a SQLite
 * file and a job's id). Prints `ready`, and at the end how long its marks took.
 */
export interface Waits {
  marks: number
  /** Milliseconds. */
  p50: number
  p99: number
  max: number
}

const pauseMs = 50

async function mark(path: string, jobId: string): Promise<Waits> {
  let stopped = false
  process.stdin.on('end', () => (stopped = true)).resume()
  const db = await openDatabase({ engine: 'sqlite', path })
  const times: number[] = []
  try {
    for (let round = 0; !stopped; round += 1) {
      const now = new Date().toISOString()
      const act = round % 2 === 0 ? startStage : finishStage
      const start = performance.now()
      await changeJob(db, jobId, now, (present) => act(present, 'usr', now))
      times.push(performance.now() - start)
      if (round === 0) process.stdout.write('ready\n')
      await new Promise((done) => setTimeout(done, pauseMs))
    }
  } finally {
    await db.close()
  }
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))]!
  return { marks: times.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}

const [path, jobId] = process.argv.slice(2)
if (path !== undefined && jobId !== undefined) {
  process.stdout.write(JSON.stringify(await mark(path, jobId)))
}
