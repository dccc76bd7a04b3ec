import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { eachEngine, type FreshDatabase } from '../support/databases.ts'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

interface Ready {
  job_id: string
  state: string
  reason: string
  after: {
    job_id: string
    name: string | null
    condition: string
    status: string | null
    met: boolean | null
  }[]
}

describe.each(eachEngine)('dependencies on $name', ({ make }) => {
  let fresh: FreshDatabase
  let place: Workplace

  beforeEach(async () => {
    fresh = await make()
    place = openWorkplace(fresh.name)
    place.env.PVT_SPOOL = place.path('spool')
    expect((await place.pvt(['db', 'migrate'])).code).toBe(0)
  })
  afterEach(async () => {
    await fresh.drop()
    place.remove()
  })

  const ready = (id: string, code: number): Promise<Ready> =>
    place.json<Ready>(['job', 'ready', id], { code })
  const move = async (id: string, ...states: string[]): Promise<void> => {
    for (const state of states) expect((await place.pvt(['job', 'status', id, state])).code).toBe(0)
  }

  test('a job that comes after another is ready when that one has completed', async () => {
    const first = await place.create(['--name', 'first'])
    const second = await place.create(['--after', first.slice(0, 8)])
    const after = { job_id: first, name: 'first', condition: 'ok', status: 'queued', met: null }
    expect(await ready(second, 7)).toEqual({
      ...{ job_id: second, state: 'waiting', after: [after] },
      reason: `${first.slice(0, 8)} (first) is queued: waits for it to complete`,
    })
    await move(first, 'running', 'failed')
    expect(await ready(second, 7)).toMatchObject({
      state: 'never',
      reason: `${first.slice(0, 8)} (first) failed; ready if it is taken up again and completes`,
      after: [{ met: false }],
    })
    await move(first, 'running')
    expect((await ready(second, 7)).state).toBe('waiting')
    await move(first, 'completed')
    expect(await ready(second, 0)).toMatchObject({
      state: 'ready',
      after: [{ status: 'completed', met: true }],
    })
    expect((await place.pvt(['job', 'ready', second])).stdout).toContain(`${second.slice(0, 8)} ready: all`)
  })

  test('a removed job never ends', async () => {
    const first = await place.create()
    const second = await place.create(['--after', `${first}=any`])
    expect((await place.pvt(['job', 'delete', first, '--yes'])).code).toBe(0)
    expect(await ready(second, 7)).toMatchObject({
      state: 'never',
      after: [{ status: null, name: null, met: false }],
    })
    const removed = await place.pvt(['job', 'after', second, first.slice(0, 8), '--remove'])
    expect(removed.stdout).toBe(`${second.slice(0, 8)} waits no longer for ${first.slice(0, 8)}\n`)
    expect((await ready(second, 0)).after).toEqual([])
  })

  test('what is typed wrong is refused, and what has ended waits for nothing', async () => {
    const job = await place.create()
    expectFailure(await place.pvt(['job', 'create', '--after', 'deadbeef']), 3, /no job 'deadbeef'/)
    expectFailure(
      await place.pvt(['job', 'create', '--after', `${job}=soon`]),
      2,
      /conditions: ok any failed/,
    )
    expectFailure(await place.pvt(['job', 'create', '--after', '=ok']), 2, /names no job/)
    expectFailure(await place.pvt(['job', 'after', job]), 2, /no job was named/)
    expectFailure(await place.pvt(['job', 'after', job, job]), 4, /wait for itself/)
    await move(job, 'cancelled')
    expectFailure(await place.pvt(['job', 'after', job, await place.create()]), 4, /is cancelled/)
    expect(await ready(job, 7)).toMatchObject({ state: 'never', reason: 'it is cancelled: that is final' })
  })

  test('processes that add the parts of a cycle at once leave none', async () => {
    for (let round = 0; round < 4; round += 1) {
      const ids = await Promise.all([place.create(), place.create(), place.create()])
      const runs = await Promise.all(
        ids.map((id, index) => place.pvt(['job', 'after', id, ids[(index + 1) % 3]!])),
      )
      expect(runs.map(({ code }) => code).sort(), runs.map(({ stderr }) => stderr).join('')).toEqual([
        0, 0, 4,
      ])
      const refused = runs.find(({ code }) => code === 4)!
      expect(refused.stderr).toMatch(/it would wait for itself: ([0-9a-f]{8}) → .* → \1: name another/)
    }
  })

  test('with best effort a job may wait for one that another host has yet to deliver', async () => {
    const first = '11111111-2222-4333-8444-555555555555'
    expectFailure(await place.pvt(['job', 'create', '--after', first]), 3, /no job/)
    expectFailure(
      await place.pvt(['job', 'create', '--after', first.slice(0, 8), '--best-effort']),
      3,
      /no job/,
    )
    const second = await place.create(['--after', first, '--best-effort'])
    expect(await ready(second, 7)).toMatchObject({ state: 'never', reason: '11111111 is not there' })
    expect((await place.pvt(['job', 'create', '--id', first])).stdout).toBe(`${first}\n`)
    expect(await ready(second, 7)).toMatchObject({
      state: 'waiting',
      after: [{ job_id: first, status: 'queued' }],
    })
    await move(first, 'running', 'completed')
    const added = await place.pvt(['job', 'after', second, `${first}=any`], { env: { PVT_BEST_EFFORT: '1' } })
    expect(added.stdout).toBe(`${second.slice(0, 8)} waits for 11111111 (any)\n`)
    expect((await ready(second, 0)).after).toMatchObject([{ condition: 'any', met: true }])
  })

  test('made while the database is away, references are told when it is back', async () => {
    const first = await place.create(['--name', 'first'])
    const holder: Database = await openDatabase(fresh.location)
    let second = ''
    let third = ''
    await holder.transaction(async () => {
      await holder.query("insert into delivered_changes values ('a lock', '2026')")
      if (holder.dialect === 'postgres') await holder.query('lock table jobs, delivered_changes')
      second = await place.create(['--best-effort', '--name', 'second', '--after', '@latest'])
      third = await place.create(['--best-effort', '--after', `${second}=any`, '--after', 'deadbeef'])
    })
    await holder.close()
    const { after } = await ready(second, 7)
    expect(after).toMatchObject([{ job_id: first, condition: 'ok', met: null }])
    // The run itself is recorded though one of its references tells nothing.
    const lost = await ready(third, 7)
    expect(lost).toMatchObject({ state: 'never', reason: 'deadbeef is not there' })
    expect(new Map(lost.after.map(({ name, met }) => [name, met]))).toEqual(
      new Map([
        [null, false],
        ['second', null],
      ]),
    )
    const [, warning] = await place.json<{ level: string; message: string }[]>(['job', 'log', third])
    expect(warning!.level).toBe('warning')
    expect(warning!.message).toContain("there is no job 'deadbeef'")
  })
})
