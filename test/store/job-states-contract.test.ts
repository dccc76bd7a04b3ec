import { expect, test } from 'vitest'
import { canMove, hasEnded, type Job, type JobStatus, jobStatuses } from '../../src/domain/job.ts'
import { startStage } from '../../src/domain/timeline.ts'
import { changeJob } from '../../src/store/change-job.ts'
import { findJob } from '../../src/store/jobs.ts'
import { findLogEntries } from '../../src/store/job-logs.ts'
import { findStages } from '../../src/store/stages.ts'
import { failure } from '../support/failure.ts'
import { onEachEngine } from './contract.ts'
import { addResults, aResult, at, moved, storeJob, storeJobIn, threePoints } from './jobs.ts'

const pairs = jobStatuses.flatMap((from) => jobStatuses.map((to) => [from, to] as const))
const allowed = pairs.filter(([from, to]) => canMove(from, to))
const same = pairs.filter(([from, to]) => from === to)
const refused = pairs.filter(([from, to]) => from !== to && !canMove(from, to))

onEachEngine('a move of a job', (given) => {
  /** Everything that a move could change. */
  const stateOf = async (jobId: string) => ({
    job: await findJob(given.db, jobId),
    stages: await findStages(given.db, jobId),
    log: await findLogEntries(given.db, jobId, 'debug', 100),
  })

  test.each(allowed)('from %s to %s is written, with its times', async (from, to) => {
    const before = await storeJobIn(given.db, from, {}, threePoints)
    const { job, change } = await moved(given.db, before.job_id, to, {}, at(60))
    expect(change).not.toBeNull()
    expect(await findJob(given.db, before.job_id)).toEqual(job)
    const started_at = before.started_at ?? (to === 'running' ? at(60) : null)
    const ended = hasEnded(to)
    expect(job).toMatchObject({
      ...{ status: to, updated_at: at(60), started_at, created_at: at(0) },
      completed_at: ended ? at(60) : null,
      // Through `running` at second 1.
      elapsed_seconds: ended && started_at !== null ? 59 : null,
      failed_simulations: ended ? 3 : 0,
    })
    const [entry] = await findLogEntries(given.db, before.job_id, 'debug', 1)
    expect(entry).toMatchObject({ logged_at: at(60), message: `${from} → ${to}` })
  })

  test.each(same)('from %s to %s changes nothing at all', async (status) => {
    const { job_id } = await storeJobIn(given.db, status, {}, threePoints)
    const before = await stateOf(job_id)
    const details = { stage: 'bkp', error: 'again', backup: '/elsewhere' } as const
    const { job, change } = await moved(given.db, job_id, status, details)
    expect(change).toBeNull()
    expect(job).toEqual(before.job)
    expect(await stateOf(job_id)).toEqual(before)
  })

  test.each(refused)('from %s to %s is refused, and changes nothing', async (from, to) => {
    const { job_id } = await storeJobIn(given.db, from)
    const before = await stateOf(job_id)
    const error = await failure(moved(given.db, job_id, to))
    expect(error).toMatchObject({ code: 'refused', exitCode: 4 })
    expect(error.message).toBe(`job ${job_id.slice(0, 8)} is ${from}: it cannot become ${to}`)
    expect(await stateOf(job_id)).toEqual(before)
  })

  test('through failed and back keeps the first start, and takes the error away', async () => {
    const { job_id } = await storeJob(given.db, {}, threePoints)
    await addResults(given.db, job_id, [aResult(threePoints[0]!)])
    const go = async (to: JobStatus, second: number, error?: string): Promise<Job> =>
      (await moved(given.db, job_id, to, { error }, at(second))).job
    expect(await go('running', 10)).toMatchObject({ started_at: at(10), failed_simulations: 0 })
    expect(await go('failed', 20, 'no license')).toMatchObject({
      ...{ started_at: at(10), completed_at: at(20), elapsed_seconds: 10 },
      ...{ error_message: 'no license', failed_simulations: 2, successful_simulations: 1 },
    })
    expect(await go('running', 30)).toMatchObject({
      ...{ started_at: at(10), completed_at: null, elapsed_seconds: null },
      ...{ error_message: null, error_stage: null, failed_simulations: 0 },
    })
    expect(await go('completed', 70)).toMatchObject({
      ...{ started_at: at(10), completed_at: at(70), elapsed_seconds: 60, failed_simulations: 2 },
    })
  })

  test('to failed names the stage at work, unless it is told another', async () => {
    for (const [told, named] of [
      [{}, 'run'],
      [{ stage: 'ext' }, 'ext'],
    ] as const) {
      const { job_id } = await storeJob(given.db)
      await changeJob(given.db, job_id, at(1), (present) => startStage(present, 'run', at(1)))
      const { job } = await moved(given.db, job_id, 'failed', { ...told, error: 'disk full' })
      expect(await findJob(given.db, job_id)).toEqual(job)
      expect(job).toMatchObject({ error_stage: named, current_stage: named, error_message: 'disk full' })
    }
  })

  test('that ends the job ends every stage at work', async () => {
    const { job_id } = await storeJob(given.db)
    await changeJob(given.db, job_id, at(1), (present) => startStage(present, 'run', at(1)))
    await changeJob(given.db, job_id, at(5), (present) => startStage(present, 'ext', at(5)))
    await moved(given.db, job_id, 'cancelled', { error: 'wrong netlist' }, at(11))
    const ended = { status: 'failed', finished_at: at(11), message: 'job cancelled' }
    expect(await findStages(given.db, job_id)).toMatchObject([
      { stage: 'run', elapsed_seconds: 10, ...ended },
      { stage: 'ext', elapsed_seconds: 6, ...ended },
    ])
  })

  test('keeps the backup that it is told', async () => {
    const { job_id } = await storeJobIn(given.db, 'running')
    await moved(given.db, job_id, 'completed', { backup: '/proj/gpio/00bkp_202601010000' })
    expect(await findJob(given.db, job_id)).toMatchObject({
      ...{ backup_path: '/proj/gpio/00bkp_202601010000', current_stage: null, status: 'completed' },
    })
  })

  test('touches no other job', async () => {
    const other = await storeJobIn(given.db, 'running')
    const { job_id } = await storeJobIn(given.db, 'running')
    const before = await stateOf(other.job_id)
    await moved(given.db, job_id, 'failed', { error: 'x' })
    expect(await stateOf(other.job_id)).toEqual(before)
  })

  test('is undone when its log entry cannot be written', async () => {
    const { job_id } = await storeJobIn(given.db, 'running')
    const before = await stateOf(job_id)
    await expect(moved(given.db, job_id, 'failed', { error: 'a\0b' })).rejects.toMatchObject({
      code: 'bad_input',
    })
    expect(await stateOf(job_id)).toEqual(before)
  })
})
