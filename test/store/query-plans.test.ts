import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfiguration } from '../../src/import/load-configuration.ts'
import type { Database } from '../../src/store/database.ts'
import { findDomains } from '../../src/store/domains.ts'
import { findHistory, type HistoryQuery } from '../../src/store/history.ts'
import { findJobsByPrefix, findNewestJobIn, findNewestJobOfUser } from '../../src/store/jobs.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { findEarlierStages } from '../../src/store/stage-progress.ts'
import { findStatistics } from '../../src/store/statistics.ts'
import { recordingDatabase } from '../bench/record.ts'
import { fillAtScale } from '../bench/scale-jobs.ts'
import { type FreshDatabase, makeSqlite } from '../support/databases.ts'

const everything: HistoryQuery = {
  ...{ limit: 10, statuses: [], users: [], domain: null, mode: null, since: null, until: null },
  ...{ search: null, before: null },
}
const history =
  (query: Partial<HistoryQuery>) =>
  (db: Database): Promise<unknown> =>
    findHistory(db, { ...everything, ...query })
const before = { job_id: 'f', created_at: '2025-01-01T00:00:00.000Z' }
const domain = '/proj/io0/release_0/gpio_0'

/** How SQLite is to find what is asked for, by the index that it has to use. */
const lookUps: [string, (db: Database) => Promise<unknown>, RegExp][] = [
  ['the history', history({}), /^SCAN jobs USING INDEX jobs_by_time$/],
  [
    "the history's next page",
    history({ before }),
    /^SEARCH jobs USING INDEX jobs_by_time \(\(created_at,job_id\)</,
  ],
  ['since', history({ since: before.created_at }), /^SEARCH jobs USING INDEX jobs_by_time \(created_at>/],
  ['until', history({ until: before.created_at }), /^SEARCH jobs USING INDEX jobs_by_time \(created_at</],
  ['a state', history({ statuses: ['failed'] }), /^SEARCH jobs USING INDEX jobs_by_status \(status=\?\)$/],
  [
    'the next page of a state',
    history({ statuses: ['failed'], before }),
    /^SEARCH jobs USING INDEX jobs_by_status \(status=\? AND \(created_at,job_id\)</,
  ],
  ['a user', history({ users: ['user1'] }), /^SEARCH jobs USING INDEX jobs_by_user \(user=\?\)$/],
  [
    'a user in a state',
    history({ users: ['user1'], statuses: ['failed'] }),
    /^SEARCH jobs USING INDEX jobs_by_user \(user=\?\)$/,
  ],
  [
    'what is under way of a user',
    history({ users: ['user1'], statuses: ['running'] }),
    /^SEARCH jobs USING INDEX jobs_by_status \(status=\?\)$/,
  ],
  ['a domain', history({ domain }), /^SEARCH jobs USING INDEX jobs_by_domain \(domain_path=\?\)$/],
  [
    'a domain, a user and a state',
    history({ domain, users: ['user1'], statuses: ['failed'] }),
    /^SEARCH jobs USING INDEX jobs_by_domain \(domain_path=\?\)$/,
  ],
  [
    'two states, each in the order of time',
    history({ statuses: ['failed', 'cancelled'] }),
    /^SEARCH jobs USING INDEX sqlite_autoindex_jobs_1 \(job_id=\?\).*(jobs_by_status \(status=\?\).*){2}$/,
  ],
  [
    'what is under way',
    history({ statuses: ['running', 'queued'], users: ['user1', 'user2'] }),
    /(jobs_by_status \(status=\?\).*){2}$/,
  ],
  [
    'two users, each in the order of time',
    history({ users: ['user1', 'user2'], statuses: ['failed'] }),
    /^SEARCH jobs USING INDEX sqlite_autoindex_jobs_1 \(job_id=\?\).*(jobs_by_user \(user=\?\).*){2}$/,
  ],
  [
    'many users, as far as the newest jobs go',
    history({ users: Array.from({ length: 21 }, (_, index) => `user${index}`) }),
    /^SCAN jobs USING INDEX jobs_by_time$/,
  ],
  [
    'the domains, from one to the next',
    (db) => findDomains(db, 'gpio_0'),
    /SEARCH jobs USING COVERING INDEX jobs_by_domain \(domain_path>/,
  ],
  [
    'a prefix',
    (db) => findJobsByPrefix(db, '3f2a', 9),
    /^SEARCH jobs USING INDEX sqlite_autoindex_jobs_1 \(job_id>\? AND job_id<\?\)/,
  ],
  ['the newest of a user', (db) => findNewestJobOfUser(db, 'user1'), /^SEARCH jobs USING INDEX jobs_by_user/],
  [
    'the times of earlier jobs of a domain',
    (db) =>
      findEarlierStages(db, { job_id: 'f', domain_path: domain, created_at: '9999', total_simulations: 92 }),
    /SEARCH jobs USING INDEX jobs_by_domain \(domain_path=\? AND created_at<\?\)/,
  ],
  [
    'the newest of a folder',
    (db) => findNewestJobIn(db, ['/', domain]),
    /^SEARCH jobs USING INDEX sqlite_autoindex_jobs_1 \(job_id=\?\).*COVERING INDEX jobs_by_domain/,
  ],
]

describe.each(['without', 'with'])('SQLite, %s statistics', (which) => {
  let fresh: FreshDatabase
  let db: Database
  beforeAll(async () => {
    fresh = await makeSqlite()
    db = await openDatabase(fresh.location)
    await fillAtScale(db, { jobs: 600, rows: 1, configuration: loadConfiguration(null, []) })
    if (which === 'with') await db.script('analyze')
  })
  afterAll(async () => {
    await db.close()
    await fresh.drop()
  })

  /** The plans of all statements that a question takes. */
  async function plansOf(ask: (db: Database) => Promise<unknown>): Promise<string[]> {
    const { database, take } = recordingDatabase(db)
    await ask(database)
    const plans: string[] = []
    for (const statement of take()) {
      const values = 'values' in statement ? statement.values : []
      const steps = await db.query<{ detail: string }>(
        `explain query plan ${statement.sql.replaceAll(/\?(\d+)/g, '$$$1')}`,
        values,
      )
      // The newest verdict of each job that is shown: a look-up by its key.
      const verdicts = /; CORRELATED SCALAR SUBQUERY \d+; SEARCH verdicts USING INDEX [^;]*$/
      plans.push(
        steps
          .map(({ detail }) => detail)
          .join('; ')
          .replace(verdicts, ''),
      )
    }
    return plans
  }

  test.each(lookUps)('finds %s by an index', async (_, ask, expected) => {
    const plans = await plansOf(ask)
    expect(plans.at(-1)).toMatch(expected)
  })

  test.each([
    ['all jobs', null],
    ['most jobs', before.created_at],
  ])('reads no whole job and no whole stage for the statistics of %s', async (_, since) => {
    for (const plan of await plansOf((it) => findStatistics(it, since)))
      expect(plan).toMatch(/ COVERING INDEX /)
  })

  test('begins with the jobs for the statistics of few jobs', async () => {
    const plans = await plansOf((it) => findStatistics(it, '2026-01-01'))
    expect(plans.at(-1)).toMatch(/^SEARCH jobs .*; SEARCH stages USING INDEX sqlite_autoindex_stages_1/)
    for (const plan of plans) expect(plan).toMatch(/^S\w+ jobs USING COVERING INDEX jobs_by_/)
  })
})
