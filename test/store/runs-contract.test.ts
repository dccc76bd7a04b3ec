import { spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import { describe, expect, test } from 'vitest'
import { deleteJob } from '../../src/store/jobs.ts'
import { bootId, processStart } from '../../src/store/process-identity.ts'
import { closeRuns, findOpenRuns, findOutputPaths, findRun, isAlive, saveRun } from '../../src/store/runs.ts'
import { onEachEngine } from './contract.ts'
import { aRun, at, moved, storeJob, storeJobIn } from './jobs.ts'

onEachEngine('the runs of a job', (given) => {
  const open = async () =>
    (await findOpenRuns(given.db)).map(({ name, run_number }) => `${name} ${run_number}`)

  test('come back as they were stored, the newest one', async () => {
    const { job_id } = await storeJob(given.db)
    expect(await findRun(given.db, job_id)).toBe(null)
    const full = aRun(job_id, {
      ...{ run_number: 10, command: ['sh', '-c', 'echo "µ"\n\'%'], pid: 2 ** 22, process_start: 'boot:1' },
      ...{ ended_at: at(9), exit_code: 255, signal: 'SIGKILL', output_path: '/out', output_bytes: 2 ** 40 },
      ...{ output_head: '\t"\\', output_tail: '😀', errors_path: '/err', errors_bytes: 0, errors_head: '' },
      errors_tail: '',
    })
    await saveRun(given.db, full)
    await saveRun(given.db, aRun(job_id, { run_number: 9, kind: 'watch', command: null }))
    expect(await findRun(given.db, job_id)).toStrictEqual(full)
  })

  test('are replaced by what is newer, whatever was known before', async () => {
    const { job_id } = await storeJob(given.db)
    await saveRun(given.db, aRun(job_id, { pid: 5, output_path: '/out' }))
    const later = aRun(job_id, { seen_at: at(9), ended_at: at(9), exit_code: 0 })
    await saveRun(given.db, later)
    expect(await findRun(given.db, job_id)).toStrictEqual(later)
  })

  test('are open until they end or their job does, the oldest first, with whose they are', async () => {
    const [one, two] = [await storeJob(given.db, { name: 'one' }), await storeJob(given.db, { name: 'two' })]
    const ended = await storeJobIn(given.db, 'cancelled', { name: 'ended' })
    await saveRun(given.db, aRun(one.job_id, { started_at: at(3) }))
    await saveRun(given.db, aRun(two.job_id, { run_number: 1, ended_at: at(2) }))
    await saveRun(given.db, aRun(two.job_id, { run_number: 2, started_at: at(2) }))
    await saveRun(given.db, aRun(ended.job_id))
    expect(await open()).toEqual(['two 2', 'one 1'])
    expect((await findOpenRuns(given.db))[1]).toStrictEqual({
      ...aRun(one.job_id, { started_at: at(3) }),
      ...{ name: 'one', user: 'eva', domain_path: '/proj/gpio' },
    })
  })

  test('that nobody will end are closed at the time when they were last seen', async () => {
    const [{ job_id }, other] = [await storeJob(given.db), await storeJob(given.db, { name: 'other' })]
    await saveRun(given.db, aRun(job_id, { run_number: 1, ended_at: at(1) }))
    await saveRun(given.db, aRun(job_id, { run_number: 2, seen_at: at(2) }))
    await saveRun(given.db, aRun(job_id, { run_number: 3, seen_at: at(3) }))
    await saveRun(given.db, aRun(other.job_id, { started_at: at(1) }))
    await closeRuns(given.db, job_id, ({ run_number }) => run_number === 2)
    expect(await open()).toEqual(['job 3', 'other 1'])
    await closeRuns(given.db, job_id)
    expect(await open()).toEqual(['other 1'])
    const rows = await given.db.query('select ended_at from runs where job_id = $1 order by run_number', [
      job_id,
    ])
    expect(rows.map(({ ended_at }) => ended_at)).toEqual([at(1), at(2), at(3)])
  })

  test('of a pvt that was killed end with the job, whoever ends that; one that lives stays open', async () => {
    const [dead, alive] = [await storeJob(given.db), await storeJob(given.db)]
    await saveRun(given.db, aRun(dead.job_id, { ...hereAndGone(), seen_at: at(5) }))
    await saveRun(given.db, aRun(alive.job_id, { host: hostname(), ...me }))
    for (const { job_id } of [dead, alive]) await moved(given.db, job_id, 'cancelled')
    expect(await findRun(given.db, dead.job_id)).toMatchObject({ ended_at: at(5), exit_code: null })
    expect(await findRun(given.db, alive.job_id)).toMatchObject({ ended_at: null })
  })

  test('have files of output: those of a host, of one job or of all', async () => {
    const [one, two] = [await storeJob(given.db), await storeJob(given.db)]
    const paths = async (host: string, jobId: string | null) =>
      (await findOutputPaths(given.db, host, jobId)).map(({ output_path, errors_path }) => [
        output_path,
        errors_path,
      ])
    await saveRun(given.db, aRun(one.job_id, { output_path: '/1.out', errors_path: '/1.err' }))
    await saveRun(given.db, aRun(one.job_id, { run_number: 2, kind: 'watch' }))
    await saveRun(given.db, aRun(two.job_id, { errors_path: '/2.err' }))
    await saveRun(given.db, aRun(two.job_id, { run_number: 2, host: 'farm2', output_path: '/3.out' }))
    expect((await paths('farm1', null)).sort()).toEqual(
      [
        ['/1.out', '/1.err'],
        [null, '/2.err'],
      ].sort(),
    )
    expect(await paths('farm1', one.job_id)).toEqual([['/1.out', '/1.err']])
    expect(await paths('farm2', null)).toEqual([['/3.out', null]])
    expect(await paths('farm3', null)).toEqual([])
  })

  test('belong to their job and go with it; one of no job is refused', async () => {
    const { job_id } = await storeJob(given.db)
    await saveRun(given.db, aRun(job_id))
    await deleteJob(given.db, job_id)
    expect(await findRun(given.db, job_id)).toBe(null)
    await expect(saveRun(given.db, aRun('no such job'))).rejects.toThrow(/foreign key/i)
  })
})

const me = { pid: process.pid, process_start: processStart(process.pid) }

/** A process of this host that has ended. */
function hereAndGone() {
  const pid = spawnSync('true').pid
  return { host: hostname(), boot_id: bootId(), pid, process_start: `${bootId() ?? ''}:1` }
}

describe('whether a run goes on', () => {
  const minutes = (count: number): string => at(60 * count)

  test.each([
    ['seen just now', 0, true],
    ['seen within 15 minutes', 14.99, true],
    ['silent for 15 minutes', 15, false],
    ['of a clock that is ahead of ours', -30, true],
  ])('on another host it is asked when it was seen: %s', (_name, ago, isOn) => {
    // The numbers of its processes mean nothing here.
    for (const pid of [null, process.pid, hereAndGone().pid])
      expect(isAlive(aRun('job', { host: 'farm1', pid, seen_at: minutes(0) }), minutes(ago))).toBe(isOn)
  })

  test('on this host its process is asked for, however long it was not seen', () => {
    const run = (fields = {}): Parameters<typeof isAlive>[0] =>
      aRun('job', { host: hostname(), watcher_pid: hereAndGone().pid, seen_at: minutes(0), ...fields })
    expect(isAlive(run(me), minutes(9999))).toBe(true)
    expect(isAlive(run(hereAndGone()), minutes(0))).toBe(false)
    // The number was given to another process since.
    expect(isAlive(run({ ...me, process_start: `${bootId() ?? ''}:1` }), minutes(0))).toBe(false)
  })

  test('on this host pvt is asked for while the process of the flow is not known', () => {
    const gone = hereAndGone()
    const run = aRun('job', { host: hostname(), watcher_pid: gone.pid, watcher_start: gone.process_start })
    expect(isAlive(run, minutes(0))).toBe(false)
    const watched = { ...run, watcher_pid: me.pid, watcher_start: me.process_start }
    expect(isAlive(watched, minutes(9999))).toBe(true)
    expect(isAlive({ ...watched, ...gone }, minutes(0))).toBe(false)
  })
})
