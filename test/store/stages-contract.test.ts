import { expect, test } from 'vitest'
import type { StageName } from '../../src/domain/stage.ts'
import { type Failure, failStage, finishStage, startStage } from '../../src/domain/timeline.ts'
import { changeJob } from '../../src/store/change-job.ts'
import { findJob } from '../../src/store/jobs.ts'
import { findLogEntries } from '../../src/store/job-logs.ts'
import { findStages } from '../../src/store/stages.ts'
import { onEachEngine } from './contract.ts'
import { at, moved, storeJob, storeJobIn, threePoints } from './jobs.ts'

onEachEngine('the stages of a job', (given) => {
  const start = (jobId: string, name: StageName, second: number) =>
    changeJob(given.db, jobId, at(second), (present) => startStage(present, name, at(second)))
  const done = (jobId: string, name: StageName, second: number) =>
    changeJob(given.db, jobId, at(second), (present) => finishStage(present, name, at(second)))
  const fail = (jobId: string, name: StageName, second: number, why: Partial<Failure> = {}) =>
    changeJob(given.db, jobId, at(second), (present) =>
      failStage(present, name, { message: null, exitCode: null, ...why }, at(second)),
    )
  const timeline = async (jobId: string) =>
    (await findStages(given.db, jobId)).map(({ stage, attempt, status, elapsed_seconds }) =>
      [stage, attempt, status, elapsed_seconds ?? '-'].join(' '),
    )

  test('lead from the first start to completion', async () => {
    const { job_id } = await storeJob(given.db)
    for (const [index, name] of (['gen', 'run', 'ext', 'srt', 'bkp'] as const).entries()) {
      const { job } = await start(job_id, name, 10 * index + 1)
      expect(job).toMatchObject({ status: 'running', started_at: at(1), current_stage: name })
      await done(job_id, name, 10 * index + 3)
    }
    expect(await timeline(job_id)).toEqual(
      ['gen', 'run', 'ext', 'srt', 'bkp'].map((name) => `${name} 1 done 2`),
    )
    expect(await findJob(given.db, job_id)).toMatchObject({
      ...{ status: 'completed', completed_at: at(43), elapsed_seconds: 42, current_stage: null },
      ...{ completed_stages: ['gen', 'run', 'ext', 'srt', 'bkp'], updated_at: at(43) },
    })
    const log = await findLogEntries(given.db, job_id, 'info', 100)
    expect(log.map(({ message }) => message)).toEqual([
      ...['created', 'stage gen started', 'stage gen done', 'stage run started', 'stage run done'],
      ...['stage ext started', 'stage ext done', 'stage srt started', 'stage srt done'],
      ...['stage bkp started', 'stage bkp done; job completed'],
    ])
  })

  test('may run several times, as run does in mode polo', async () => {
    const { job_id } = await storeJob(given.db)
    for (const second of [1, 11, 21]) {
      await start(job_id, 'run', second)
      await done(job_id, 'run', second + 5)
    }
    expect(await timeline(job_id)).toEqual(['run 1 done 5', 'run 2 done 5', 'run 3 done 5'])
    expect((await findJob(given.db, job_id))!.completed_stages).toEqual(['run'])
  })

  test('fail with the job, and are taken up again', async () => {
    const { job_id } = await storeJob(given.db, {}, threePoints)
    await start(job_id, 'run', 1)
    const failed = await fail(job_id, 'run', 5, { message: 'no license', exitCode: 3 })
    expect(failed.job).toMatchObject({
      ...{ status: 'failed', error_stage: 'run', error_message: 'no license', completed_at: at(5) },
      ...{ elapsed_seconds: 4, failed_simulations: 3 },
    })
    expect(await findJob(given.db, job_id)).toEqual(failed.job)
    const again = await start(job_id, 'run', 10)
    expect(again.job).toMatchObject({
      ...{ status: 'running', error_stage: null, error_message: null, completed_at: null },
      ...{ started_at: at(1), failed_simulations: 0 },
    })
    await done(job_id, 'run', 12)
    expect(await timeline(job_id)).toEqual(['run 1 failed 4', 'run 2 done 2'])
    expect((await findStages(given.db, job_id))[0]).toMatchObject({ exit_code: 3, message: 'no license' })
    const errors = await findLogEntries(given.db, job_id, 'error', 10)
    expect(errors.map(({ message }) => message)).toEqual(['stage run failed: no license'])
  })

  test('that nobody started have no start and no time', async () => {
    const { job_id } = await storeJob(given.db)
    const { job } = await done(job_id, 'gen', 7)
    expect(job).toMatchObject({ status: 'running', started_at: at(7) })
    expect(await findStages(given.db, job_id)).toMatchObject([
      { stage: 'gen', started_at: null, finished_at: at(7), elapsed_seconds: null },
    ])
  })

  test('out of order are stored, with a warning', async () => {
    const { job_id } = await storeJob(given.db)
    const { change } = await done(job_id, 'ext', 1)
    expect(change!.warnings).toEqual(['stage ext done before gen, run: stored out of order'])
    await done(job_id, 'gen', 2)
    expect((await findJob(given.db, job_id))!.completed_stages).toEqual(['gen', 'ext'])
    expect(await timeline(job_id)).toEqual(['gen 1 done -', 'ext 1 done -'])
  })

  test('done twice, started twice or failed twice change nothing the second time', async () => {
    const { job_id } = await storeJob(given.db)
    const marks = [start, done, start, fail]
    for (const [index, mark] of marks.entries()) {
      await mark(job_id, 'run', index + 1)
      const before = [await findJob(given.db, job_id), await findStages(given.db, job_id)]
      const { change, job } = await mark(job_id, 'run', 50)
      expect(change).toBeNull()
      expect([job, await findStages(given.db, job_id)]).toEqual(before)
      expect(await findJob(given.db, job_id)).toEqual(before[0])
    }
    expect(await findLogEntries(given.db, job_id, 'debug', 100)).toHaveLength(1 + marks.length)
  })

  test('marked after the completion are kept, and the job stays as it ended', async () => {
    const { job_id } = await storeJob(given.db)
    const ended = await done(job_id, 'bkp', 5)
    expect(ended.job).toMatchObject({ status: 'completed', completed_stages: ['bkp'] })
    const late = await done(job_id, 'srt', 9)
    expect(late.job).toEqual({ ...ended.job, updated_at: at(9), completed_stages: ['srt', 'bkp'] })
    expect(await findJob(given.db, job_id)).toEqual(late.job)
    expect(await timeline(job_id)).toEqual(['srt 1 done -', 'bkp 1 done -'])
    await expect(start(job_id, 'ext', 10)).rejects.toMatchObject({ code: 'refused' })
    await expect(fail(job_id, 'ext', 10)).rejects.toMatchObject({ code: 'refused' })
  })

  test('that still run end with the job', async () => {
    const { job_id } = await storeJob(given.db)
    await start(job_id, 'srt', 1)
    const { job } = await done(job_id, 'bkp', 5)
    expect(job).toMatchObject({ status: 'completed', completed_stages: ['srt', 'bkp'] })
    expect(await timeline(job_id)).toEqual(['srt 1 done 4', 'bkp 1 done -'])
    const other = await storeJob(given.db)
    await start(other.job_id, 'run', 1)
    await fail(other.job_id, 'ext', 3)
    expect(await timeline(other.job_id)).toEqual(['run 1 failed 2', 'ext 1 failed -'])
  })

  test('end with the last planned one, not with one that is not planned', async () => {
    const { job_id } = await storeJob(given.db, { planned_stages: ['gen', 'run'] })
    const { job, change } = await done(job_id, 'usr', 1)
    expect(job.status).toBe('running')
    expect(change!.warnings).toEqual([
      'stage usr is not planned for this job (gen, run)',
      'stage usr done before gen, run: stored out of order',
    ])
    expect((await done(job_id, 'run', 2)).job.status).toBe('completed')
  })

  test.each([
    ['start', start],
    ['done', done],
    ['fail', fail],
  ])('refuse to %s on a cancelled job, and change nothing', async (_name, mark) => {
    const cancelled = await storeJobIn(given.db, 'cancelled')
    await expect(mark(cancelled.job_id, 'run', 9)).rejects.toMatchObject({ code: 'refused', exitCode: 4 })
    expect(await findJob(given.db, cancelled.job_id)).toEqual(cancelled)
    expect(await findStages(given.db, cancelled.job_id)).toEqual([])
  })

  test('of a queued job may fail, without a start', async () => {
    const { job_id } = await storeJob(given.db)
    const { job } = await fail(job_id, 'gen', 3, { exitCode: 127 })
    expect(job).toMatchObject({ status: 'failed', started_at: null, elapsed_seconds: null })
    expect(job).toMatchObject({ error_message: 'exit code 127', error_stage: 'gen' })
  })

  test('stand in flow order, attempts by number, ten after nine', async () => {
    const { job_id } = await storeJob(given.db)
    for (let round = 0; round < 11; round += 1)
      await start(job_id, 'run', 2 * round).then(() => done(job_id, 'run', 2 * round + 1))
    await start(job_id, 'gen', 40)
    await moved(given.db, job_id, 'completed', {}, at(41))
    const found = await findStages(given.db, job_id)
    expect(found.map(({ stage, attempt }) => `${stage} ${attempt}`)).toEqual([
      'gen 1',
      ...Array.from({ length: 11 }, (_, index) => `run ${index + 1}`),
    ])
  })
})
