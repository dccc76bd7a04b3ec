import { finishStage, startStage } from '../../src/domain/timeline.ts'
import { storeResults } from '../../src/import/store-results.ts'
import { Progress } from '../../src/import/watch.ts'
import type { DatabaseLocation } from '../../src/settings.ts'
import { changeJob } from '../../src/store/change-job.ts'
import { createJob } from '../../src/store/create-job.ts'
import { addLogEntry } from '../../src/store/job-logs.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { aNewJob, aPoint, aResult, at } from './jobs.ts'

/** What a child process does with a job that others work on at the same time (job-concurrency.test.ts starts it). */
export interface Task {
  location: DatabaseLocation
  /** The job of all processes. */
  jobId: string
  /** Which process this is, from 0. */
  number: number
  rounds: number
}

export interface Done {
  /** The id of a job of its own. */
  created: string
  /** The attempts of the stage run that this process began. */
  attempts: number[]
  /** How many marks changed something; the others found it done already. */
  changes: number
}

async function work({ location, jobId, number, rounds }: Task): Promise<Done> {
  const db = await openDatabase(location)
  try {
    const { job_id } = await createJob(
      db,
      aNewJob({ name: `job ${number}` }),
      [aPoint(`C${number}`)],
      'created',
    )
    const done: Done = { created: job_id, attempts: [], changes: 0 }
    for (let round = 0; round < rounds; round += 1) {
      for (const mark of [startStage, finishStage]) {
        const { change } = await changeJob(db, jobId, at(1), (present) => mark(present, 'run', at(1)))
        if (change === null) continue
        done.changes += 1
        // A stage that is done by somebody else meanwhile is not begun again by its end.
        if (mark === startStage) done.attempts.push(change.stages[0]!.attempt)
      }
      await addLogEntry(db, jobId, { logged_at: at(2), level: 'info', source: 'test', message: `${number}` })
    }
    await storeOwn(db, jobId, number)
    return done
  } finally {
    await db.close()
  }
}

/** Stores the result of the point that is this process's own. */
async function storeOwn(db: Awaited<ReturnType<typeof openDatabase>>, jobId: string, number: number) {
  const result = aResult(aPoint(`C${number}`), { measurements: { vout: number } })
  const nothing = {
    ...{
      files: [],
      rows: [],
      writtenMs: new Map<string, number>(),
      attempted: [],
      unread: [],
      large: [],
      problems: [],
      doubtful: [],
    },
    progress: new Progress({}, 0),
  }
  await storeResults(db, jobId, { results: [result], disagreements: [] }, nothing, {
    ...{ path: `/files/${number}`, backup: null, now: at(3), user: 'eva', host: 'farm', programVersion: '0' },
    ...{ dryRun: false, wholeRun: false },
  })
}

work(JSON.parse(process.argv[2]!) as Task).then(
  (done) => process.stdout.write(JSON.stringify(done)),
  (error: unknown) => {
    process.stderr.write(String(error))
    process.exitCode = 1
  },
)
