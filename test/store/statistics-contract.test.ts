import { expect, test } from 'vitest'
import { percentile } from '../../src/domain/percentile.ts'
import type { StageName } from '../../src/domain/stage.ts'
import { finishStage, startStage } from '../../src/domain/timeline.ts'
import { changeJob } from '../../src/store/change-job.ts'
import { checkDatabase } from '../../src/store/maintenance.ts'
import { dateStages, findMisdated } from '../../src/store/stages.ts'
import { findStatistics } from '../../src/store/statistics.ts'
import { onEachEngine } from './contract.ts'
import { addResults, aResult, at, moved, storeJob, storeJobIn, threePoints } from './jobs.ts'

const nothing = { count: 0, median_seconds: null, p90_seconds: null }
const stages = ['gen', 'run', 'ext', 'srt', 'bkp', 'usr'] as const

onEachEngine('statistics', (given) => {
  /** A job that ran for so many seconds. */
  const completed = async (seconds: number): Promise<void> => {
    const { job_id } = await storeJob(given.db)
    await moved(given.db, job_id, 'running', {}, at(0))
    await moved(given.db, job_id, 'completed', {}, at(seconds))
  }
  const ran = async (jobId: string, stage: StageName, from: number, to: number): Promise<void> => {
    await changeJob(given.db, jobId, at(from), (present) => startStage(present, stage, at(from)))
    await changeJob(given.db, jobId, at(to), (present) => finishStage(present, stage, at(to)))
  }

  test('of no jobs are zeros and nulls', async () => {
    expect(await findStatistics(given.db, null)).toEqual({
      ...{ since: null, jobs: 0, success_rate: null, simulations_stored: 0 },
      by_status: { queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0 },
      job_times: nothing,
      stage_times: stages.map((stage) => ({ stage, ...nothing })),
      ...{ by_user: [], by_domain: [], by_simulator: [] },
    })
  })

  test('have the success rate among what was completed or failed', async () => {
    for (const status of [
      'completed',
      'completed',
      'completed',
      'failed',
      'cancelled',
      'queued',
      'running',
    ] as const) {
      await storeJobIn(given.db, status)
    }
    expect(await findStatistics(given.db, null)).toMatchObject({
      ...{ jobs: 7, success_rate: 0.75 },
      by_status: { queued: 1, running: 1, completed: 3, failed: 1, cancelled: 1 },
    })
  })

  test.each([
    [['failed'], 0],
    [['completed'], 1],
    [['cancelled', 'queued'], null],
  ] as const)('of jobs that are %j have a success rate of %s', async (statuses, rate) => {
    for (const status of statuses) await storeJobIn(given.db, status)
    expect((await findStatistics(given.db, null)).success_rate).toBe(rate)
  })

  test('have the median and the 90th percentile of the times of completed jobs', async () => {
    for (const seconds of [100, 10, 90, 20, 80, 30, 70, 40, 60, 50, 0]) await completed(seconds)
    await storeJobIn(given.db, 'failed')
    expect((await findStatistics(given.db, null)).job_times).toEqual({
      ...{ count: 11, median_seconds: 50, p90_seconds: 90 },
    })
  })

  test('have the times of every stage, of all attempts that were done', async () => {
    const [one, two] = [await storeJob(given.db), await storeJob(given.db)]
    await ran(one.job_id, 'run', 0, 10)
    await ran(one.job_id, 'run', 20, 40)
    await ran(two.job_id, 'run', 0, 60)
    await ran(two.job_id, 'gen', 70, 75)
    await changeJob(given.db, two.job_id, at(80), (present) => finishStage(present, 'ext', at(80)))
    await changeJob(given.db, two.job_id, at(81), (present) => startStage(present, 'srt', at(81)))
    const { stage_times } = await findStatistics(given.db, null)
    expect(stage_times.map(({ stage }) => stage)).toEqual(stages)
    expect(stage_times.filter(({ count }) => count > 0)).toEqual([
      { stage: 'gen', count: 1, median_seconds: 5, p90_seconds: 5 },
      { stage: 'run', count: 3, median_seconds: 20, p90_seconds: 52 },
    ])
  })

  test('are told by user, domain and simulator, most jobs first, equals by name', async () => {
    const job = await storeJob(
      given.db,
      { user: 'max', domain_path: '/a', simulator: 'finesim' },
      threePoints,
    )
    await addResults(
      given.db,
      job.job_id,
      threePoints.map((point) => aResult(point)),
    )
    await storeJobIn(given.db, 'failed', { user: 'eva', domain_path: '/b', simulator: 'finesim' })
    await storeJobIn(given.db, 'completed', { user: 'eva', domain_path: '/a' })
    await storeJobIn(given.db, 'queued', { user: 'ada', domain_path: '/c' })
    const statistics = await findStatistics(given.db, null)
    expect(statistics.simulations_stored).toBe(3)
    const ended = { completed: 0, failed: 0, simulations_stored: 0 }
    expect(statistics.by_user).toEqual([
      { user: 'eva', jobs: 2, ...ended, completed: 1, failed: 1 },
      { user: 'ada', jobs: 1, ...ended },
      { user: 'max', jobs: 1, ...ended, simulations_stored: 3 },
    ])
    expect(statistics.by_domain).toEqual([
      { domain_path: '/a', jobs: 2, ...ended, completed: 1, simulations_stored: 3 },
      { domain_path: '/b', jobs: 1, ...ended, failed: 1 },
      { domain_path: '/c', jobs: 1, ...ended },
    ])
    expect(statistics.by_simulator.map(({ simulator, jobs }) => [simulator, jobs])).toEqual([
      [null, 2],
      ['finesim', 2],
    ])
  })

  test('are of the jobs created since an instant', async () => {
    for (const second of [0, 10, 20]) await storeJobIn(given.db, 'completed', { created_at: at(second) })
    const { jobs, job_times, by_user, since } = await findStatistics(given.db, at(10))
    expect([jobs, job_times.count, by_user[0]!.jobs, since]).toEqual([2, 2, 2, at(10)])
    expect((await findStatistics(given.db, at(21))).jobs).toBe(0)
  })

  test('have the times of stages of the jobs created since, whether they are few or many', async () => {
    const seconds = [5, 50, 10, 40, 30, 20, 90, 80, 70, 60, 100, 110]
    for (const [number, took] of seconds.entries()) {
      const { job_id } = await storeJob(given.db, { created_at: at(number) })
      await ran(job_id, 'run', 200, 200 + took)
    }
    const timesSince = async (number: number): Promise<unknown> =>
      (await findStatistics(given.db, at(number))).stage_times.find(({ stage }) => stage === 'run')
    for (const first of [0, 1, 6, 10, 11, 12]) {
      const times = seconds.slice(first)
      const [median_seconds, p90_seconds] = [percentile(times, 0.5), percentile(times, 0.9)]
      expect(await timesSince(first), `since ${first}`).toEqual({
        ...{ stage: 'run', count: times.length, median_seconds, p90_seconds },
      })
    }
  })

  test('find the stages of an older schema by the time of their job once they are dated', async () => {
    const { job_id } = await storeJob(given.db)
    await ran(job_id, 'run', 0, 10)
    await given.db.query("update stages set job_created_at = ''")
    expect(await findMisdated(given.db)).toEqual([job_id])
    expect(await checkDatabase(given.db)).toMatchObject([{ kind: 'count', job_id }])
    await dateStages(given.db)
    expect(await checkDatabase(given.db)).toEqual([])
  })
})
