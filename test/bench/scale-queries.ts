import { loadJobView } from '../../src/commands/job-view.ts'
import type { Database } from '../../src/store/database.ts'
import { findEndedJobs, findHistory, type HistoryQuery } from '../../src/store/history.ts'
import { endedStatuses } from '../../src/domain/job.ts'
import { findJob, findJobsByPrefix, findNewestJobIn, findNewestJobOfUser } from '../../src/store/jobs.ts'
import { databaseStatus } from '../../src/store/maintenance.ts'
import { findPoints } from '../../src/store/points.ts'
import { findResults } from '../../src/store/results.ts'
import { findStatistics } from '../../src/store/statistics.ts'
import type { ScaleSample } from './scale-jobs.ts'

/** Something that is asked of a large database and of one of 100 jobs. */
export interface Question {
  name: string
  /** At most so many times the time of the small database; null where the work grows with the database. */
  timesSmall: number | null
  /** At most so many milliseconds on the large one. */
  milliseconds: number | null
  ask: (db: Database, sample: ScaleSample) => Promise<unknown>
}

const everything: HistoryQuery = {
  ...{ limit: 100, statuses: [], users: [], domain: null, mode: null, since: null, until: null },
  ...{ search: null, before: null },
}

/** A history of ten, which the small database has for every filter as well. */
const history = (name: string, query: (sample: ScaleSample) => Partial<HistoryQuery>): Question => ({
  name: `history ${name}`,
  timesSmall: 2,
  milliseconds: null,
  ask: (db, sample) => findHistory(db, { ...everything, limit: 10, ...query(sample) }),
})

const lookUp = (name: string, ask: Question['ask']): Question => ({
  name,
  timesSmall: 2,
  milliseconds: null,
  ask,
})

const overAll = (name: string, milliseconds: number | null, ask: Question['ask']): Question => ({
  name,
  timesSmall: null,
  milliseconds,
  ask,
})

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** What users ask in a page or two: its time must not grow with the database. */
export const questions: readonly Question[] = [
  history('of 100', () => ({ limit: 100 })),
  history('next page', ({ job }) => ({ before: job })),
  history('of a state', () => ({ statuses: ['failed'] })),
  history('of two states', () => ({ statuses: ['failed', 'cancelled'] })),
  history('running, of a user', ({ job }) => ({ statuses: ['running'], users: [job.user] })),
  history('of a user', ({ job }) => ({ users: [job.user] })),
  history('of two users', ({ job }) => ({ users: [job.user, 'user0'] })),
  history('of a domain', ({ job }) => ({ domain: job.domain_path })),
  history('since', ({ lastTenth }) => ({ since: lastTenth })),
  history('until', ({ job }) => ({ until: job.created_at })),
  lookUp('one job', (db, { job }) => findJob(db, job.job_id)),
  lookUp('one job with its stages', (db, { job }) => loadJobView(db, job.job_id)),
  lookUp("one job's results", async (db, { job }) =>
    findResults(db, job.job_id, await findPoints(db, job.job_id)),
  ),
  lookUp('a job by its prefix', (db, { job }) => findJobsByPrefix(db, job.job_id.slice(0, 8), 9)),
  lookUp('the newest job of a user', (db, { job }) => findNewestJobOfUser(db, job.user)),
  lookUp('the newest job of a folder', (db, { job }) =>
    findNewestJobIn(db, ['/', '/proj', '/proj/io', job.domain_path, `${job.domain_path}/sim`]),
  ),
  lookUp('trend of 20 jobs', (db, { job }) => trend(db, job.domain_path)),
  // Looks through the names of the domains, of which there are more; not through their jobs.
  overAll("history of a domain's name", 1000, (db, { job }) =>
    findHistory(db, { ...everything, limit: 10, domain: baseName(job.domain_path) }),
  ),
  // PostgreSQL takes every search for a rare one, and reads all jobs.
  overAll('history searched for', 1000, (db) =>
    findHistory(db, { ...everything, limit: 10, search: 'SignOff' }),
  ),
  overAll('history searched for in vain', 1000, (db) =>
    findHistory(db, { ...everything, search: 'nowhere to be found' }),
  ),
  overAll('stats', 1000, (db) => findStatistics(db, null)),
  overAll('stats since, a tenth', 1000, (db, { lastTenth }) => findStatistics(db, lastTenth)),
  overAll('stats since, all', 1000, (db) => findStatistics(db, '2000')),
  overAll('what cleanup decides on', null, (db) =>
    findEndedJobs(db, { statuses: endedStatuses, domain: null }),
  ),
]

/** Asked once: it reads the whole database. */
export const longQuestions: readonly Question[] = [overAll('db status', null, (db) => databaseStatus(db))]

/** The two steps of a trend: the newest jobs of a domain, and their summaries of one measurement. */
async function trend(db: Database, domain: string): Promise<unknown> {
  const jobs = await findHistory(db, { ...everything, limit: 20, domain })
  const places = jobs.map((_, index) => `$${index + 2}`).join(', ')
  return db.query(`select * from summaries where measurement = $1 and job_id in (${places})`, [
    'del_rr',
    ...jobs.map(({ job_id }) => job_id),
  ])
}
