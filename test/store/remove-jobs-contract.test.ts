import { expect, test } from 'vitest'
import { endedStatuses, type Job } from '../../src/domain/job.ts'
import { applyRetention } from '../../src/domain/retention.ts'
import { findJob } from '../../src/store/jobs.ts'
import { findEndedJobs } from '../../src/store/history.ts'
import { jobTables } from '../../src/store/maintenance.ts'
import { removeJobs } from '../../src/store/remove-jobs.ts'
import { onEachEngine } from './contract.ts'
import { addResults, aNewJob, aResult, at, countOf, moved, storeJobIn, threePoints } from './jobs.ts'
import { insertJob } from '../../src/store/jobs.ts'

const everything = { statuses: endedStatuses, domain: null }

onEachEngine('the removal of jobs', (given) => {
  const names = async (): Promise<string[]> =>
    (await given.db.query<{ name: string }>('select name from jobs order by name')).map(({ name }) => name)

  test('takes everything of a job with it, and leaves the others', async () => {
    const jobs: Job[] = []
    for (const name of ['goes', 'stays']) {
      const job = await storeJobIn(given.db, 'failed', { name }, threePoints)
      await addResults(
        given.db,
        job.job_id,
        threePoints.map((point) => aResult(point)),
      )
      jobs.push(job)
    }
    const ended = await findEndedJobs(given.db, everything)
    const gone = await removeJobs(
      given.db,
      ended.filter(({ name }) => name === 'goes'),
    )
    expect([...gone]).toEqual([jobs[0]!.job_id])
    for (const table of jobTables) expect(await countOf(given.db, table, jobs[0]!.job_id), table).toBe(0)
    expect(await countOf(given.db, 'results', jobs[1]!.job_id)).toBe(3)
    expect(await names()).toEqual(['stays'])
  })

  test('goes through more jobs than one batch holds', async () => {
    const ended = { status: 'completed', completed_at: at(1) } as const
    for (let index = 0; index < 121; index += 1) {
      await insertJob(given.db, aNewJob({}, { name: `${index}`, ...ended }))
    }
    await storeJobIn(given.db, 'running', { name: 'running' })
    const jobs = await findEndedJobs(given.db, everything)
    expect(jobs).toHaveLength(121)
    expect((await removeJobs(given.db, jobs)).size).toBe(121)
    expect(await names()).toEqual(['running'])
    expect((await removeJobs(given.db, jobs)).size).toBe(0)
  })

  test('looks at each job again: one that was taken up since, or ended anew, stays', async () => {
    const taken = await storeJobIn(given.db, 'failed', { name: 'taken up' })
    const anew = await storeJobIn(given.db, 'failed', { name: 'ended anew' })
    await storeJobIn(given.db, 'failed', { name: 'untouched' })
    const jobs = await findEndedJobs(given.db, everything)
    expect(jobs).toHaveLength(3)
    await moved(given.db, taken.job_id, 'running')
    await moved(given.db, anew.job_id, 'running', {}, at(70))
    await moved(given.db, anew.job_id, 'failed', {}, at(80))
    expect((await removeJobs(given.db, jobs)).size).toBe(1)
    expect(await names()).toEqual(['ended anew', 'taken up'])
  })

  test.each(['queued', 'running'] as const)(
    'never takes a job that is %s, even when it is told to',
    async (status) => {
      const job = await storeJobIn(given.db, status)
      expect(await findEndedJobs(given.db, everything)).toEqual([])
      expect(await findEndedJobs(given.db, { statuses: [status], domain: null })).toEqual([])
      const claimed = { ...job, completed_at: at(0) }
      expect((await removeJobs(given.db, [claimed, { ...claimed, status: 'completed' }])).size).toBe(0)
      expect(await findJob(given.db, job.job_id)).toEqual(job)
    },
  )

  test('by retention leaves what is young and the newest of every domain', async () => {
    for (const [name, domain_path, second] of [
      ['a old', '/a', 1],
      ['a older', '/a', 0],
      ['a young', '/a', 50],
      ['b old', '/b', 2],
    ] as const) {
      const job = await storeJobIn(given.db, 'completed', { name, domain_path })
      await given.db.query('update jobs set completed_at = $2 where job_id = $1', [job.job_id, at(second)])
    }
    const policy = { endedBefore: at(10), keepLast: 1 }
    const { remove } = applyRetention(await findEndedJobs(given.db, everything), policy)
    await removeJobs(given.db, remove)
    expect(await names()).toEqual(['a young', 'b old'])
  })
})
