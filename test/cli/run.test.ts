import { chmodSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectFailure, instant } from './run-pvt.ts'
import { type FlowPlace, isThere, onEachEngine, until } from './flow-place.ts'
import type { StandInFlow } from '../fixtures/stand-in-flow.ts'

const run = ['run', '--interval', '0.2']

onEachEngine('pvt run', (place) => {
  const inDomain = (args: readonly string[], env = {}): ReturnType<FlowPlace['pvt']> =>
    place.pvt(args, { cwd: place.domain, env })

  /** What is stored, by point, is what the flow's simulations measured. */
  async function expectTruth(flow: StandInFlow): Promise<void> {
    const rows = await place.json<{ point: string; measurements: Record<string, number | null> }[]>([
      ...['results', 'show', '-j', '@latest'],
    ])
    expect(Object.fromEntries(rows.map(({ point, measurements }) => [point, measurements]))).toEqual(
      Object.fromEntries(flow.truth),
    )
  }

  test('a flow that goes well is a completed job, with its stages, backup and results', async () => {
    const flow = place.flow()
    const { code, stdout, stderr } = await inDomain([...run, '--tag', 'signoff', '--', 'sh', 'flow.sh'])
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/^pvt: job [0-9a-f]{8} is completed, 44 ok of 44\n$/)
    const job = await place.job()
    expect(job).toMatchObject({
      ...{ status: 'completed', error_message: null, error_stage: null, current_stage: null },
      ...{ total_simulations: 44, successful_simulations: 44, failed_simulations: 0, user: 'ada' },
      completed_stages: ['gen', 'run', 'ext', 'srt', 'bkp'],
      tags: ['signoff'],
      backup_path: join(
        place.domain,
        readdirSync(place.domain).find((name) => name.startsWith('00bkp_'))!,
      ),
    })
    expect(job.stages.map(({ stage, attempt, status }) => [stage, attempt, status])).toEqual(
      ['gen', 'run', 'ext', 'srt', 'bkp'].map((stage) => [stage, 1, 'done']),
    )
    for (const stage of job.stages) {
      expect(stage.started_at).toMatch(instant)
      expect(stage.started_at! >= job.started_at!).toBe(true)
      expect(stage.finished_at! >= stage.started_at!).toBe(true)
    }
    await expectTruth(flow)
    // The command's own output, unchanged.
    expect(stdout).toContain('Gen PVT testbench & directory\n')
    expect(readdirSync(place.path('home', '.local', 'state', 'pvt', 'output'))).toEqual(
      [`${job.job_id}.err`, `${job.job_id}.out`].sort(),
    )
    expect(
      readFileSync(place.path('home', '.local', 'state', 'pvt', 'output', `${job.job_id}.out`), 'utf8'),
    ).toBe(stdout)
  })

  test('failed simulations and measurements: the list of missing points, and the exit code of the command', async () => {
    const failed = ['SSG/typical/125/v1min', 'TT/typical/85/v1nom']
    const flow = place.flow({
      failedPoints: failed,
      failedMeasurements: [{ point: 'FFG/typical/m40/v1max', name: 'del_rr', text: 'failed' }],
    })
    const { code, stderr } = await inDomain([...run, '--', 'sh', 'flow.sh'])
    expect(code).toBe(0)
    const reason = `2 of 44 PVT points missing: ${failed.join(', ')}`
    expect(stderr).toMatch(`is failed, 41 ok, 3 failed of 44: ${reason}\n`)
    expect(await place.job()).toMatchObject({
      ...{ status: 'failed', error_message: reason, error_stage: 'run' },
      ...{ stored_simulations: 42, successful_simulations: 41, failed_simulations: 3 },
    })
    const missing = await place.pvt(['results', 'missing', '-j', '@latest', '--format', 'rerun'])
    expect(missing).toMatchObject({
      code: 7,
      stdout: expect.stringContaining('SSG/typical/typical_125/v1min\n') as string,
    })
    await expectTruth(flow)
  })

  test('an extraction that loses everything is a failed job, though the flow returns 0', async () => {
    // Slow enough for all that it deletes to be seen before.
    place.flow({ deadExtraction: true, pace: 0.6 })
    const { code } = await inDomain([...run, '--', 'sh', 'flow.sh'])
    expect(code).toBe(0)
    const job = await place.job()
    expect(job).toMatchObject({ status: 'failed', error_stage: 'ext', stored_simulations: 0 })
    expect(job.error_message).toMatch(/44 of 44 PVT points missing/)
  })

  test('all points delivered is a completed job, whatever the exit code; it is passed on', async () => {
    place.flow()
    expect((await inDomain([...run, '--', 'sh', '-c', 'sh flow.sh; exit 5'])).code).toBe(5)
    expect(await place.job()).toMatchObject({ status: 'completed', successful_simulations: 44 })
  })

  test.each([
    ['prelay, two supplies', { supplies: 2 }],
    ['prelay, three supplies, one combination', { supplies: 3, config: { condition: 'hvqk' } }],
    ['polo', { mode: 'polo' }],
  ] as const)('%s', async (_name, options) => {
    const flow = place.flow(options)
    const { code, stderr } = await inDomain([...run, '--', 'sh', 'flow.sh'])
    expect(code, stderr).toBe(0)
    const job = await place.job()
    expect(job).toMatchObject({ status: 'completed', successful_simulations: flow.points.length })
    // Polo's batches are one stage.
    expect(job.stages.map(({ stage, attempt }) => [stage, attempt])).toEqual(
      ['gen', 'run', 'ext', 'srt', 'bkp'].map((stage) => [stage, 1]),
    )
    await expectTruth(flow)
  })

  test('parts of the flow are judged by what they were to do', async () => {
    place.flow()
    expect((await inDomain([...run, '--stages', 'gen', '--', 'sh', 'flow.sh', 'Gen_only'])).code).toBe(0)
    expect(await place.job()).toMatchObject({ status: 'completed', backup_path: null })
    expect((await inDomain([...run, '--stages', 'gen,run', '--', 'sh', 'flow.sh', 'Gen_only'])).code).toBe(0)
    expect(await place.job()).toMatchObject({ status: 'failed', error_stage: 'gen' })
  })

  test('an old backup is not taken for the one of this run', async () => {
    place.flow()
    expect((await inDomain([...run, '--', 'sh', 'flow.sh'])).code).toBe(0)
    expect((await inDomain([...run, '--', 'true'])).code).toBe(0)
    const job = await place.job()
    expect(job).toMatchObject({ status: 'failed', backup_path: null, stored_simulations: 0 })
    expect(job.error_message).toBe(`no backup was made in ${place.domain}; 44 of 44 PVT points missing`)
  })

  test('the flow is told its job and its database', async () => {
    const said = await inDomain([...run, '--', 'sh', '-c', 'echo "$PVT_JOB $PVT_DB"'])
    expect(said.stdout).toBe(`${(await place.job()).job_id} ${place.db}\n`)
  })

  test('whoever wants to know is told of the end, once', async () => {
    place.flow({ failedPoints: ['TT/typical/125/v1max'] })
    const tell = `cat >>'${place.path('told')}'; echo >>'${place.path('told')}'`
    expect((await inDomain([...run, '--notify-cmd', tell, '--', 'sh', 'flow.sh'])).code).toBe(0)
    const told = readFileSync(place.path('told'), 'utf8').trim().split('\n\n')
    expect(told).toHaveLength(1)
    expect(JSON.parse(told[0]!)).toMatchObject({
      status: 'failed',
      error_stage: 'run',
      stored_simulations: 43,
    })
  })

  test('a command that cannot be started', async () => {
    writeFileSync(join(place.domain, 'runme.sh'), 'true\n')
    chmodSync(join(place.domain, 'runme.sh'), 0o644)
    expect((await inDomain([...run, '--', 'no-such-command'])).code).toBe(127)
    expect((await place.job()).error_message).toMatch(
      /^there is no command no-such-command; no backup was made/,
    )
    expect((await inDomain([...run, '--', './runme.sh'])).code).toBe(126)
    expect(await place.job()).toMatchObject({ status: 'failed', error_stage: 'gen' })
    expectFailure(await inDomain(['run']), 2, /command/)
    expectFailure(await inDomain(['run', '-c', 'none.cfg', '--', 'touch', 'ran']), 3, /none\.cfg/)
    expect(existsSync(join(place.domain, 'ran'))).toBe(false)
  })

  test('a wrapper that is killed', async () => {
    const flow = place.flow({ holds: ['running-typical'] })
    const started = place.start([...run, '--', 'sh', 'flow.sh'])
    await flow.reached('running-typical')
    const { run: process } = await until(
      () => place.json<{ run: { pid: number | null } | null }>(['job', 'status', '@latest']),
      (view) => view.run?.pid != null,
    )
    globalThis.process.kill(process!.pid!, 'SIGKILL')
    expect(await started.ended).toMatchObject({ code: 137 })
    const job = await place.job()
    expect(job).toMatchObject({ status: 'failed', error_stage: 'run' })
    expect(job.error_message).toMatch(/^ended by SIGKILL; no backup was made/)
  })

  test('pvt that is killed: the flow goes on to its end, and its output is kept', async () => {
    const flow = place.flow({ holds: ['running-typical'] })
    const started = place.start([...run, '--', 'sh', 'flow.sh'])
    await flow.reached('running-typical')
    await until(place.job, ({ current_stage }) => current_stage === 'run')
    started.kill('SIGKILL')
    await started.ended
    flow.release('running-typical')
    await until(
      () => readFileSync(join(place.domain, 'script_logging.log'), 'utf8'),
      (log) => log.includes('script completed'),
    )
    const job = await place.job()
    expect(job).toMatchObject({ status: 'running', current_stage: 'run' })
    const output = place.path('home', '.local', 'state', 'pvt', 'output', `${job.job_id}.out`)
    expect(readFileSync(output, 'utf8')).toContain('Data backup')
    expect((await place.pvt(['results', 'import', '-j', job.job_id])).code).toBe(0)
    expect(await place.job()).toMatchObject({ successful_simulations: 44 })
  })

  test("a job that is removed while its flow runs: that is told, and the exit code stays the command's", async () => {
    const flow = place.flow({ holds: ['running-typical'] })
    const started = place.start([...run, '--', 'sh', '-c', 'sh flow.sh; exit 3'])
    await flow.reached('running-typical')
    const { job_id } = await until(place.job, ({ current_stage }) => current_stage === 'run')
    expect((await place.pvt(['job', 'delete', job_id, '--yes'])).code).toBe(0)
    flow.release('running-typical')
    const { code, stderr } = await started.ended
    expect({ code, stderr }).toEqual({ code: 3, stderr: `pvt: job ${job_id} is not there\n` })
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s ends all of the flow, stubborn grandchildren too, and cancels the job',
    async (signal, code) => {
      const flow = place.flow({ holds: ['running-typical'], stubborn: true })
      const started = place.start([...run, '--grace', '1', '--', 'sh', 'flow.sh'])
      await flow.reached('running-typical')
      const stubborn = Number(readFileSync(flow.stubbornPidPath, 'utf8'))
      expect(isThere(stubborn)).toBe(true)
      started.kill(signal)
      expect(await started.ended).toMatchObject({ code })
      expect(isThere(stubborn)).toBe(false)
      expect(await place.job()).toMatchObject({ status: 'cancelled', error_message: `ended by ${signal}` })
    },
  )

  test('two flows in one folder: the second is refused, with who and since when', async () => {
    const flow = place.flow({ holds: ['running-typical'] })
    const started = place.start([...run, '--', 'sh', 'flow.sh'])
    await flow.reached('running-typical')
    const { job_id } = await until(place.job, ({ current_stage }) => current_stage === 'run')
    const second = await inDomain([...run, '--', 'touch', 'second'])
    expectFailure(
      second,
      4,
      new RegExp(`job ${job_id.slice(0, 8)} of ada on \\S+, process \\d+, since 20.*--force`),
    )
    expect(existsSync(join(place.domain, 'second'))).toBe(false)
    expect(readdirSync(place.path('home', '.local', 'state', 'pvt', 'output'))).toHaveLength(2)
    expect((await inDomain([...run, '--force', '--', 'touch', 'second'])).code).toBe(0)
    expect(existsSync(join(place.domain, 'second'))).toBe(true)
    flow.release('running-typical')
    expect((await started.ended).code).toBe(0)
    expect((await inDomain([...run, '--', 'touch', 'third'])).code).toBe(0)
  })

  test.each([
    ['at the start', 'gen', 'running-typical'],
    ['in the middle', 'running-typical', 'ext'],
    ['at the end', 'srt', null],
  ] as const)('a database that is away %s loses nothing', async (_when, from, to) => {
    const flow = place.flow({
      holds: to === null ? [from] : [from, to],
      failedPoints: ['SSG/typical/125/v1min'],
    })
    let started: ReturnType<FlowPlace['start']> | null = null
    const start = (): void => {
      started = place.start([...run, '--', 'sh', 'flow.sh'])
    }
    if (from !== 'gen') {
      start()
      await flow.reached(from)
      await until(place.job, ({ current_stage }) => current_stage !== null && current_stage !== 'gen')
    }
    await place.away(async () => {
      if (from === 'gen') {
        start()
        await flow.reached(from)
      }
      flow.release(from)
      if (to === null) expect((await started!.ended).code).toBe(0)
      else {
        await flow.reached(to)
        // Something has to be told while it is away.
        await until(
          () => (existsSync(place.path('spool')) ? readdirSync(place.path('spool')).length : 0),
          (count) => count > 0,
        )
      }
    })
    if (to !== null) flow.release(to)
    expect((await started!.ended).code).toBe(0)
    const flushed = await place.json<{ parked: unknown[] }>(['spool', 'flush'])
    expect(flushed.parked).toEqual([])
    const job = await place.job()
    expect(job).toMatchObject({
      ...{ status: 'failed', error_stage: 'run', stored_simulations: 43 },
      error_message: '1 of 44 PVT points missing: SSG/typical/125/v1min',
      completed_stages: ['gen', 'run', 'ext', 'srt', 'bkp'],
    })
    expect(job.stages.map(({ stage, attempt }) => [stage, attempt])).toEqual(
      ['gen', 'run', 'ext', 'srt', 'bkp'].map((stage) => [stage, 1]),
    )
    await expectTruth(flow)
  })

  test('output of any size is whole in its files, and in the database its beginning and end', async () => {
    const script = 'echo first; head -c 30000000 /dev/zero | tr "\\0" x; echo; echo last; echo wrong >&2'
    const { stdout, stderr } = await inDomain(['--quiet', ...run, '--', 'sh', '-c', script])
    expect(stdout).toHaveLength(30_000_012)
    expect(stderr).toMatch(/^wrong\n/)
    const { run: seen } = await place.json<{ run: Record<string, unknown> }>(['job', 'status', '@latest'])
    expect(seen).toMatchObject({ output_bytes: 30_000_012, errors_bytes: 6, errors_head: 'wrong\n' })
    expect(String(seen.output_head)).toMatch(/^first\nxxx/)
    expect(String(seen.output_tail)).toMatch(/xxx\nlast\n$/)
    expect(String(seen.output_head).length + String(seen.output_tail).length).toBeLessThan(30_000)
  })

  test('a reader that goes away does not end the flow', async () => {
    const answer = await place.sh(`cd gpio && pvt run -- sh -c 'seq 1 200000; touch through' | head -1`, {
      cwd: place.folder,
    })
    expect(answer.stdout).toBe('1\n')
    expect(existsSync(join(place.domain, 'through'))).toBe(true)
  })
})
