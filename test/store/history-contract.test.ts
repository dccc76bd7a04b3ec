import { expect, test } from 'vitest'
import { type Job, jobStatuses } from '../../src/domain/job.ts'
import { type NewJob } from '../../src/store/jobs.ts'
import { findEndedJobs, findHistory, findHistoryPages, type HistoryQuery } from '../../src/store/history.ts'
import { onEachEngine } from './contract.ts'
import { at, storeJob, storeJobIn } from './jobs.ts'

const all: HistoryQuery = {
  ...{ limit: 100, statuses: [], users: [], domain: null, mode: null, since: null, until: null },
  ...{ search: null, before: null },
}

onEachEngine('the history', (given) => {
  const found = async (query: Partial<HistoryQuery>): Promise<string[]> =>
    (await findHistory(given.db, { ...all, ...query })).map(({ name }) => name)
  /** Stores queued jobs, a second apart, the first the oldest. */
  const store = async (...jobs: Partial<NewJob>[]): Promise<void> => {
    for (const [index, fields] of jobs.entries())
      await storeJob(given.db, { created_at: at(index), ...fields })
  }

  test('has the newest first, as many as asked for', async () => {
    await store({ name: 'one' }, { name: 'two' }, { name: 'three' })
    expect(await found({})).toEqual(['three', 'two', 'one'])
    expect(await found({ limit: 2 })).toEqual(['three', 'two'])
    expect(await found({ limit: 0 })).toEqual([])
  })

  test('has whole jobs', async () => {
    const job = await storeJobIn(given.db, 'failed', { tags: ['a', 'b'] })
    expect(await findHistory(given.db, all)).toEqual([{ ...job, verdict: null }])
  })

  test('pages through jobs of the same instant: each once, none left out', async () => {
    await store(
      ...Array.from({ length: 23 }, (_, index) => ({ name: `${index}`, created_at: at(index >> 3) })),
    )
    const ids = (await findHistory(given.db, all)).map(({ job_id }) => job_id)
    const paged: string[] = []
    let before: HistoryQuery['before'] = null
    for (let page = 0; page < 10; page += 1) {
      const jobs = await findHistory(given.db, { ...all, limit: 4, before })
      paged.push(...jobs.map(({ job_id }) => job_id))
      before = jobs.at(-1) ?? before
    }
    expect(paged).toEqual(ids)
    expect(new Set(ids).size).toBe(23)
  })

  test('comes whole in pages, as many jobs as asked for', async () => {
    await store(
      ...Array.from({ length: 9 }, (_, index) => ({ name: `${index}`, created_at: at(index >> 2) })),
    )
    const sizesOf = async (query: Partial<HistoryQuery>): Promise<[number[], unknown]> => {
      const pages: Job[][] = []
      for await (const page of findHistoryPages(given.db, { ...all, ...query }, 3)) pages.push(page)
      return [pages.map(({ length }) => length), pages.flat()]
    }
    expect(await sizesOf({})).toEqual([[3, 3, 3, 0], await findHistory(given.db, all)])
    expect(await sizesOf({ limit: 7 })).toEqual([[3, 3, 1], (await findHistory(given.db, all)).slice(0, 7)])
    expect(await sizesOf({ limit: 0 })).toEqual([[], []])
    expect(await sizesOf({ search: 'nowhere' })).toEqual([[0], []])
  })

  test('is filtered by several users and domains at once, by few and by many', async () => {
    const users = Array.from({ length: 25 }, (_, index) => `user${index}`)
    await store(
      ...users.map((user, index) => ({ name: user, user, domain_path: `/proj/d${index % 2}/gpio` })),
    )
    expect(await found({ users: ['user3', 'user9', 'user3', 'nobody'] })).toEqual(['user9', 'user3'])
    expect(await found({ users: ['user3', 'user8'], domain: 'd1/gpio' })).toEqual(['user3'])
    expect(
      await found({ users: ['user3', 'user8'], domain: 'gpio', statuses: ['queued', 'running'] }),
    ).toEqual(['user8', 'user3'])
    expect(await found({ users, domain: 'gpio', limit: 2 })).toEqual(['user24', 'user23'])
    expect(await found({ users, statuses: ['failed'] })).toEqual([])
  })

  test('pages on within a filter', async () => {
    await store({ name: 'a', user: 'max' }, { name: 'b' }, { name: 'c', user: 'max' }, { name: 'd' })
    const [newest] = await findHistory(given.db, { ...all, users: ['max'] })
    expect(newest!.name).toBe('c')
    expect(await found({ users: ['max'], before: newest! })).toEqual(['a'])
  })

  test('is filtered by states: one, several, all', async () => {
    for (const [index, status] of jobStatuses.entries()) {
      await storeJobIn(given.db, status, { name: status, created_at: at(-index) })
    }
    expect(await found({ statuses: [] })).toEqual(jobStatuses)
    for (const status of jobStatuses) expect(await found({ statuses: [status] })).toEqual([status])
    expect(await found({ statuses: ['failed', 'queued'] })).toEqual(['queued', 'failed'])
  })

  test('is filtered by users, by mode, and by several things at once', async () => {
    await store(
      { name: 'a', user: 'eva', mode: 'polo' },
      { name: 'b', user: 'max', mode: 'polo' },
      { name: 'c', user: 'eva', mode: 'prelay' },
      { name: 'd', user: 'ida', mode: null },
    )
    expect(await found({ users: ['eva'] })).toEqual(['c', 'a'])
    expect(await found({ users: ['eva', 'ida'] })).toEqual(['d', 'c', 'a'])
    expect(await found({ users: ['EVA'] })).toEqual([])
    expect(await found({ mode: 'polo' })).toEqual(['b', 'a'])
    expect(await found({ mode: 'polo', users: ['eva'], statuses: ['queued'], since: at(0) })).toEqual(['a'])
    expect(await found({ mode: 'polo', users: ['eva'], statuses: ['running'] })).toEqual([])
  })

  test('is filtered by time, from the first instant to before the last', async () => {
    await store({ name: 'a' }, { name: 'b' }, { name: 'c' })
    expect(await found({ since: at(1) })).toEqual(['c', 'b'])
    expect(await found({ until: at(1) })).toEqual(['a'])
    expect(await found({ since: at(1), until: at(2) })).toEqual(['b'])
    expect(await found({ since: at(2), until: at(2) })).toEqual([])
  })

  test('is filtered by a domain: its path, or the name of its folder', async () => {
    const domains = ['/proj/gpio', '/other/gpio', '/proj/gpio_v2', '/proj/xgpio', '/proj/gpio/sub', 'gpio']
    await store(...domains.map((path) => ({ name: path, domain_path: path })))
    expect(await found({ domain: '/proj/gpio' })).toEqual(['/proj/gpio'])
    expect(await found({ domain: 'gpio' })).toEqual(['gpio', '/other/gpio', '/proj/gpio'])
    expect(await found({ domain: 'proj/gpio' })).toEqual(['/proj/gpio'])
    expect(await found({ domain: 'sub' })).toEqual(['/proj/gpio/sub'])
    expect(await found({ domain: 'pio' })).toEqual([])
  })

  test('takes the wildcards of LIKE in a domain for themselves', async () => {
    await store(
      ...['/p/a_b', '/p/axb', '/p/100%', '/p/100x', '/p/x\\y'].map((path) => ({
        name: path,
        domain_path: path,
      })),
    )
    expect(await found({ domain: 'a_b' })).toEqual(['/p/a_b'])
    expect(await found({ domain: '100%' })).toEqual(['/p/100%'])
    expect(await found({ domain: '%' })).toEqual([])
    expect(await found({ domain: 'x\\y' })).toEqual(['/p/x\\y'])
  })

  test('is searched in the name, the description, the tags and the path, whatever the case', async () => {
    await store(
      { name: 'Night RUN' },
      { name: 'b', description: 'a night to remember' },
      { name: 'c', tags: ['x', 'overNIGHT'] },
      { name: 'd', domain_path: '/Night/gpio' },
      { name: 'e', user: 'night' },
    )
    expect(await found({ search: 'night' })).toEqual(['d', 'c', 'b', 'Night RUN'])
    expect(await found({ search: 'NIGHT r' })).toEqual(['Night RUN'])
    expect(await found({ search: 'day' })).toEqual([])
  })

  test.each(['100%', 'a_b', 'back\\slash', "it's", '%_', 'µΩ', 'semi;colon--', '$1'])(
    'is searched for the very text %s',
    async (text) => {
      await store({ name: `before ${text} after` }, { name: '100x axb backxslash its xy uo' })
      expect(await found({ search: text })).toEqual([`before ${text} after`])
    },
  )

  test('of what has ended is ordered by the end, and never has a job that has not', async () => {
    for (const status of jobStatuses) await storeJobIn(given.db, status, { name: status })
    for (const [status, second] of [
      ['completed', 30],
      ['failed', 50],
      ['cancelled', 40],
    ] as const) {
      await given.db.query('update jobs set completed_at = $1 where status = $2', [at(second), status])
    }
    const ended = async (query: Partial<Parameters<typeof findEndedJobs>[1]>) =>
      (await findEndedJobs(given.db, { statuses: [], domain: null, ...query })).map(({ name }) => name)
    expect(await ended({})).toEqual(['failed', 'cancelled', 'completed'])
    expect(await ended({ statuses: ['completed', 'failed'] })).toEqual(['failed', 'completed'])
    expect(await ended({ statuses: ['running', 'queued'] })).toEqual([])
    expect(await ended({ domain: 'gpio' })).toHaveLength(3)
    expect(await ended({ domain: 'other' })).toEqual([])
  })
})
