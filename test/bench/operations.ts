import { join } from 'node:path'
import type { Job } from '../../src/domain/job.ts'
import { finishStage, moveJob } from '../../src/domain/timeline.ts'
import { loadJobView } from '../../src/commands/job-view.ts'
import { pointName } from '../../src/domain/point.ts'
import { newJob } from '../../src/import/describe-job.ts'
import { findFiles } from '../../src/import/find-files.ts'
import { readFound } from '../../src/import/import-results.ts'
import { mergeSources } from '../../src/import/merge-sources.ts'
import { storeResults } from '../../src/import/store-results.ts'
import { changeJob } from '../../src/store/change-job.ts'
import { createJob } from '../../src/store/create-job.ts'
import type { Database } from '../../src/store/database.ts'
import { findJob } from '../../src/store/jobs.ts'
import { findHistory } from '../../src/store/history.ts'
import { type DomainOptions, makeDomain } from '../fixtures/flow.ts'
import { largeSettings, type Workshop } from './workshop.ts'

/** Something that the program does inside one process. */
export interface Operation {
  name: string
  /** What the earlier specification allows, and what the earlier Python tool took; milliseconds. */
  limit: number | null
  earlier: number | null
  /** How often a round does it, 1 if it does not say: what takes microseconds would tell how cold the caches are. */
  calls?: number
  run: (db: Database, round: number) => Promise<unknown>
}

/** All operations; what they need besides the database is made here, so that it is not measured. */
export async function makeOperations(shop: Workshop): Promise<Operation[]> {
  const { jobs, small } = shop
  const now = '2026-02-01T08:00:00.000Z'
  const store84 = await storing(join(shop.folder, 'small'), { failedPoints: names(shop).slice(0, 8) })
  const store488 = await storing(join(shop.folder, 'large'), { config: Object.fromEntries(settings()) })
  const about = { name: 'gpio', domain: shop.folder, user: 'bench', now, tags: ['bench'] }
  const page = { limit: 100, statuses: [], users: [], domain: null, mode: null, search: null }
  return [
    {
      name: 'create a job of 92 points',
      limit: 10,
      earlier: 1,
      run: (db) => createJob(db, newJob(small, about), small.points, 'created, expecting 92 PVT points'),
    },
    {
      name: 'change its status',
      limit: 5,
      earlier: 1,
      run: (db, round) =>
        changeJob(db, jobs.queued[round]!, now, (present) => moveJob(present, 'running', {}, now)),
    },
    {
      name: 'mark a stage as done',
      limit: null,
      earlier: 1,
      run: (db, round) =>
        changeJob(db, jobs.running[round]!, now, (present) => finishStage(present, 'run', now)),
    },
    {
      name: 'store 84 results',
      limit: 100,
      earlier: 2.2,
      run: (db, round) => store84(db, jobs.small[round]!),
    },
    {
      name: 'store 488 results',
      limit: null,
      earlier: 6.7,
      run: (db, round) => store488(db, jobs.large[round]!),
    },
    {
      name: "read one job's row",
      limit: null,
      earlier: 0.02,
      calls: 50,
      run: (db, round) => findJob(db, jobs.small[round]!),
    },
    {
      // The job of the same round got its 84 results above. The stages, the configuration and the counts come along.
      name: 'show one job',
      limit: 50,
      earlier: null,
      run: (db, round) => loadJobView(db, jobs.small[round]!),
    },
    {
      name: 'history of 100 among 10,000 jobs',
      limit: 100,
      earlier: 0.8,
      run: (db): Promise<Job[]> => findHistory(db, { ...page, since: null, until: null, before: null }),
    },
  ]
}

const names = ({ small }: Workshop): string[] => small.points.map(pointName)

const settings = (): [string, string][] => largeSettings.map((text) => text.split('=') as [string, string])

/** Reads a backup of that kind once, and gives what stores it into a job. */
async function storing(
  folder: string,
  options: DomainOptions,
): Promise<(db: Database, jobId: string) => Promise<unknown>> {
  const { backupPath } = makeDomain(folder, options)
  const sources = await readFound(findFiles(backupPath), { point: null, strict: true })
  const merged = mergeSources(sources.rows)
  return (db, jobId) =>
    storeResults(db, jobId, merged, sources, {
      path: backupPath,
      backup: backupPath,
      now: '2026-02-01T08:00:00.000Z',
      user: 'bench',
      host: 'bench',
      programVersion: 'bench',
      dryRun: false,
      wholeRun: true,
    })
}
