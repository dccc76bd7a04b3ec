import { describe, expect, test } from 'vitest'
import { endedStatuses, type Job } from '../../src/domain/job.ts'
import { applyRetention, pin, type RetentionPolicy } from '../../src/domain/retention.ts'
import { changeJob } from '../../src/store/change-job.ts'
import type { Database } from '../../src/store/database.ts'
import { deleteJob, findJob, insertJob } from '../../src/store/jobs.ts'
import { findEndedJobs } from '../../src/store/history.ts'
import { checkDatabase, jobTables, tables } from '../../src/store/maintenance.ts'
import { type Doomed, removeJobs as remove, resultsAtOnce } from '../../src/store/remove-jobs.ts'
import { onEachEngine } from './contract.ts'
import { addResults, aNewJob, aResult, at, countOf, moved, storeJobIn, threePoints } from './jobs.ts'

const everything = { statuses: endedStatuses, domain: null }

const removeJobs = (db: Database, jobs: readonly Doomed[], beforeStep?: () => Promise<void>) =>
  remove(db, jobs, { now: () => at(90), ...(beforeStep === undefined ? {} : { beforeStep }) })

class Killed extends Error {}

/** Goes through so many steps and is then ended. */
function after(steps: number, act: () => Promise<void>): () => Promise<void> {
  let step = 0
  return async () => {
    step += 1
    if (step > steps) await act()
  }
}

const killed = async (): Promise<void> => Promise.reject(new Killed())

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
    const policy: RetentionPolicy = {
      ...{ now: new Date(Date.parse(at(10)) + 86_400_000).toISOString(), keepLast: 1 },
      ...{ keepDaily: 0, keepWeekly: 0, keepMonthly: 0, keepYearly: 0 },
      ...{ olderThan: null, keepWithin: null, keepTags: [] },
    }
    const verdicts = applyRetention(await findEndedJobs(given.db, everything), policy)
    await removeJobs(
      given.db,
      verdicts.filter(({ action }) => action === 'remove').map(({ job }) => job),
    )
    expect(await names()).toEqual(['a young', 'b old'])
  })

  test('leaves a job that was pinned since', async () => {
    const jobs: Job[] = []
    for (const name of ['pinned', 'other']) jobs.push(await storeJobIn(given.db, 'failed', { name }))
    const doomed = await findEndedJobs(given.db, everything)
    await changeJob(given.db, jobs[0]!.job_id, at(70), ({ job }) => pin(job, true))
    expect([...(await removeJobs(given.db, doomed))]).toEqual([jobs[1]!.job_id])
    expect((await findJob(given.db, jobs[0]!.job_id))?.pinned).toBe(true)
    expect(await deleteJob(given.db, jobs[0]!.job_id)).toBe(false)
    expect((await findEndedJobs(given.db, everything)).map(({ pinned }) => pinned)).toEqual([true])
    await changeJob(given.db, jobs[0]!.job_id, at(71), ({ job }) => pin(job, false))
    expect(await deleteJob(given.db, jobs[0]!.job_id)).toBe(true)
  })

  test('can be ended between two steps, and be done again to its end', async () => {
    for (const name of ['a', 'b', 'c']) await storeLarge(name, resultsAtOnce + 1)
    const jobs = await findEndedJobs(given.db, everything)
    for (const steps of [0, 1, 2, 3]) {
      await expect(removeJobs(given.db, jobs, after(steps, killed))).rejects.toThrow(Killed)
      expect(await checkDatabase(given.db)).toEqual([])
    }
    expect((await names()).length).toBeLessThan(3)
    await removeJobs(given.db, await findEndedJobs(given.db, everything))
    expect(await names()).toEqual([])
    for (const table of tables) expect(await given.db.query(`select 1 from ${table}`), table).toEqual([])
  })

  /** A failed job with so many results of one point, as a sweep has them. */
  async function storeLarge(name: string, rows: number): Promise<Job> {
    const job = await storeJobIn(given.db, 'failed', { name }, threePoints)
    const results = Array.from({ length: rows }, (_, index) =>
      aResult(threePoints[0]!, { row_number: index + 1 }),
    )
    await addResults(given.db, job.job_id, results)
    return job
  }

  describe('of a job with more results than one transaction takes', () => {
    const rows = 2 * resultsAtOnce + 7

    test('takes them all', async () => {
      const job = await storeLarge('large', rows)
      expect((await removeJobs(given.db, await findEndedJobs(given.db, everything))).size).toBe(1)
      for (const table of jobTables) expect(await countOf(given.db, table, job.job_id), table).toBe(0)
    })

    test('that was cut off is known, and done by the next one whatever its rules', async () => {
      const { job_id } = await storeLarge('large', rows)
      const doomed = await findEndedJobs(given.db, everything)
      await expect(removeJobs(given.db, doomed, after(2, killed))).rejects.toThrow(Killed)
      const left = await countOf(given.db, 'results', job_id)
      expect(left).toBeGreaterThanOrEqual(rows - resultsAtOnce)
      expect(left).toBeLessThan(rows)
      expect(await findEndedJobs(given.db, everything)).toMatchObject([{ job_id, removal_begun: true }])
    })

    test('that was cut off is forgotten when the job is imported again, or runs again', async () => {
      for (const anew of ['import', 'run'] as const) {
        const { job_id } = await storeLarge(anew, rows)
        const doomed = (await findEndedJobs(given.db, everything)).filter((job) => job.job_id === job_id)
        await expect(removeJobs(given.db, doomed, after(2, killed))).rejects.toThrow(Killed)
        if (anew === 'import') await addResults(given.db, job_id, [aResult(threePoints[1]!)])
        else {
          await moved(given.db, job_id, 'running')
          await moved(given.db, job_id, 'failed', {}, at(80))
        }
        const found = (await findEndedJobs(given.db, everything)).find((job) => job.job_id === job_id)
        expect(found, anew).toMatchObject({ removal_begun: false })
      }
      expect((await checkDatabase(given.db)).filter(({ kind }) => kind !== 'count')).toEqual([])
    })

    test.each(['run', 'pin'] as const)('stops when somebody else does this meanwhile: %s', async (what) => {
      const { job_id } = await storeLarge('large', rows)
      const doomed = await findEndedJobs(given.db, everything)
      const act = async (): Promise<void> => {
        if (what === 'run') await moved(given.db, job_id, 'running')
        else await changeJob(given.db, job_id, at(70), ({ job }) => pin(job, true))
      }
      expect((await removeJobs(given.db, doomed, after(2, act))).size).toBe(0)
      const left = await countOf(given.db, 'results', job_id)
      expect(left).toBeGreaterThanOrEqual(rows - resultsAtOnce)
      expect(left).toBeLessThan(rows)
      // What is left agrees, and the log says what happened.
      expect(await checkDatabase(given.db)).toEqual([])
      expect(await countOf(given.db, 'removals', job_id)).toBe(0)
      const [summary] = await given.db.query('select count from summaries where job_id = $1', [job_id])
      expect(summary).toEqual({ count: left })
      const [entry] = await given.db.query(
        `select message from job_logs where job_id = $1 and level = 'warning'`,
        [job_id],
      )
      expect(entry!['message']).toMatch(/a cleanup had begun to remove the results; import them again/)
    })
  })
})
