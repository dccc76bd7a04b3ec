import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { finishStage, startStage } from '../../src/domain/timeline.ts'
import type { DatabaseLocation } from '../../src/settings.ts'
import { changeJob } from '../../src/store/change-job.ts'
import { openDatabase } from '../../src/store/open-database.ts'

/** What the process that marks stages is told, as JSON in its one argument. */
export interface MarkerTask {
  location: DatabaseLocation
  /** Running jobs; each in turn has a stage started and done. */
  jobs: string[]
  everyMs: number
}

/** What it prints, as JSON, when its stdin ends: the milliseconds of its marks. */
export interface MarkerAnswer {
  marks: number
  median: number
  p99: number
  longest: number
}

async function mark({ location, jobs, everyMs }: MarkerTask, over: AbortSignal): Promise<MarkerAnswer> {
  const db = await openDatabase(location)
  const waits: number[] = []
  try {
    process.stdout.write('ready\n')
    for (let number = 0; !over.aborted; number += 1) {
      const job = jobs[Math.floor(number / 2) % jobs.length]!
      const decide = number % 2 === 0 ? startStage : finishStage
      const now = new Date().toISOString()
      const start = performance.now()
      await changeJob(db, job, now, (present) => decide(present, 'ext', now))
      waits.push(performance.now() - start)
      await wait(Math.max(0, everyMs - waits.at(-1)!))
    }
  } finally {
    await db.close()
  }
  waits.sort((a, b) => a - b)
  const at = (share: number): number => waits[Math.floor((waits.length - 1) * share)]!
  return { marks: waits.length, median: at(0.5), p99: at(0.99), longest: at(1) }
}

const over = new AbortController()
process.stdin.on('end', () => {
  over.abort()
})
process.stdin.resume()
const answer = await mark(JSON.parse(process.argv[2]!) as MarkerTask, over.signal)
process.stdout.write(JSON.stringify(answer))
