import { expect, test } from 'vitest'
import type { StandInFlowOptions } from '../fixtures/stand-in-flow.ts'
import { onEachEngine, until } from './flow-place.ts'
import { expectFailure } from './run-pvt.ts'

const watch = ['watch', '--interval', '0.2']
const stages = ['gen', 'run', 'ext', 'srt', 'bkp']

onEachEngine('pvt watch', (place) => {
  const jobIsThere = (): Promise<unknown[]> =>
    until(
      () => place.json<unknown[]>(['history']),
      (jobs) => jobs.length === 1,
    )

  /** A flow that simulates until it is let go, and a watch that has taken it up. */
  async function watched(options: StandInFlowOptions = {}) {
    const flow = place.flow({ holds: ['running-typical'], ...options })
    const started = place.startOther(['sh', 'flow.sh'])
    await flow.reached('running-typical')
    const watching = place.start(watch)
    await jobIsThere()
    return { flow, started, watching }
  }

  test('a flow that begins later is followed to its end', async () => {
    const flow = place.flow({ holds: ['running-typical'] })
    const watching = place.start(watch)
    await until(watching.said, ({ stderr }) => stderr.includes('waiting for the next one'))
    const started = place.startOther(['sh', 'flow.sh'])
    await flow.reached('running-typical')
    await jobIsThere()
    await until(place.job, ({ current_stage }) => current_stage === 'run')
    flow.release('running-typical')
    expect(await watching.ended).toMatchObject({ code: 0 })
    await started.ended
    const job = await place.job()
    expect(job).toMatchObject({ status: 'completed', successful_simulations: 44, completed_stages: stages })
    expect(job.stages.map(({ attempt, status }) => [attempt, status])).toEqual(stages.map(() => [1, 'done']))
  })

  test('one that goes on is taken up from its beginning; failures are exit code 7', async () => {
    const { flow, started, watching } = await watched({ failedPoints: ['TT/typical/125/v1max'] })
    expect(await place.job()).toMatchObject({ status: 'running' })
    flow.release('running-typical')
    expect(await watching.ended).toMatchObject({ code: 7 })
    await started.ended
    const job = await place.job()
    expect(job).toMatchObject({ status: 'failed', error_stage: 'run', stored_simulations: 43 })
    expect(job.stages.map(({ stage }) => stage)).toEqual(stages)
  })

  test('a flow that is killed without a word is noticed', async () => {
    const { started, watching } = await watched()
    started.kill('SIGKILL')
    expect(await watching.ended).toMatchObject({ code: 7 })
    expect(await place.job()).toMatchObject({ status: 'failed', error_stage: 'run' })
  })

  test('a job that is removed while it is watched has no verdict to wait for', async () => {
    const { flow, watching } = await watched()
    const { job_id } = await place.job()
    expect((await place.pvt(['job', 'delete', job_id, '--yes'])).code).toBe(0)
    flow.release('running-typical')
    const { code, stderr } = await watching.ended
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringContaining(`pvt: job ${job_id} is not there: it was removed`) as string,
    })
  })

  test('of a job that is there, also when its flow is over', async () => {
    place.flow()
    const job = await place.create(['-d', place.domain])
    await place.startOther(['sh', 'flow.sh']).ended
    expect(await place.start([...watch, '--job', job]).ended).toMatchObject({ code: 0 })
    expect(await place.job(job)).toMatchObject({ status: 'completed', successful_simulations: 44 })
    const elsewhere = await place.create(['-d', place.folder])
    expectFailure(await place.start([...watch, '--job', elsewhere]).ended, 2, /belongs to/)
  })

  test('Ctrl-C ends the watching, not the flow and not the job', async () => {
    const { flow, started, watching: first } = await watched()
    const second = await place.start(watch).ended
    expectFailure(second, 4, /runs in .* already: job/)
    first.kill('SIGINT')
    expect(await first.ended).toMatchObject({ code: 130 })
    const { job_id, status } = await place.job()
    expect(status).toBe('running')
    const again = place.start([...watch, '--job', job_id])
    flow.release('running-typical')
    expect(await again.ended).toMatchObject({ code: 0 })
    expect((await started.ended).code).toBe(0)
    expect(await place.job()).toMatchObject({ job_id, status: 'completed' })
  })
})
