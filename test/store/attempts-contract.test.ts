import { expect, test } from 'vitest'
import type { Attempt } from '../../src/domain/attempt.ts'
import { countAttempts, findAttempts, saveAttempts } from '../../src/store/attempts.ts'
import { deleteJob } from '../../src/store/jobs.ts'
import { onEachEngine } from './contract.ts'
import { anAttempt, at, storeJob } from './jobs.ts'

onEachEngine('the attempts at the points of a job', (given) => {
  const all = async (jobId: string) =>
    (await findAttempts(given.db, jobId)).map(
      ({ corner, attempt, state, seen_at }) => `${corner} ${attempt} ${state} ${seen_at}`,
    )

  test('come back as they were stored, those of a point by number', async () => {
    const { job_id } = await storeJob(given.db)
    const full: Attempt = {
      ...anAttempt('TT', 1, 'done'),
      ...{ checked: 'Done', farm_id: '14858603090', log_path: '/proj/"µ"\n%.log' },
      ...{ started_at_local: '2026-01-01 12:26:48', elapsed_seconds: 0.1 + 0.2, cpu_seconds: 478.1 },
      ...{ peak_memory_mb: 3507.9, measurements: { 'wire[15]': 5e-324, __proto_: null, v: -1 } },
      failed: { __proto_: 'failed' },
    }
    const numbers = Array.from({ length: 11 }, (_, index) => anAttempt('SSG', index + 1))
    await saveAttempts(given.db, job_id, [...numbers.reverse(), full])
    const found = await findAttempts(given.db, job_id)
    expect(found.slice(0, 11).map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(found[11]).toStrictEqual(full)
    expect(found[0]).toStrictEqual(anAttempt('SSG', 1))
  })

  test('are replaced by what is newer, and keep what is not known any more', async () => {
    const { job_id } = await storeJob(given.db)
    const first = anAttempt('TT', 1, 'submitted', { farm_id: '7', seen_at: at(1) })
    const measured = anAttempt('TT', 1, 'running', {
      ...{ log_path: '/a.log', measurements: { v: null }, failed: { v: 'failed' }, seen_at: at(2) },
    })
    await saveAttempts(given.db, job_id, [first])
    await saveAttempts(given.db, job_id, [measured])
    const done = anAttempt('TT', 1, 'done', { elapsed_seconds: 4, seen_at: at(3) })
    await saveAttempts(given.db, job_id, [done])
    expect(await findAttempts(given.db, job_id)).toStrictEqual([
      { ...measured, state: 'done', farm_id: '7', elapsed_seconds: 4, seen_at: at(3) },
    ])
    await saveAttempts(given.db, job_id, [{ ...done, measurements: { v: 1 }, seen_at: at(4) }])
    expect((await findAttempts(given.db, job_id))[0]).toMatchObject({ measurements: { v: 1 }, failed: null })
  })

  test('were last seen to change when something did change', async () => {
    const { job_id } = await storeJob(given.db)
    await saveAttempts(given.db, job_id, [anAttempt('FFG', 1), anAttempt('TT', 1)])
    await saveAttempts(given.db, job_id, [
      anAttempt('FFG', 1, 'submitted', { seen_at: at(9) }),
      anAttempt('TT', 1, 'failed', { seen_at: at(9) }),
    ])
    expect(await all(job_id)).toEqual([`FFG 1 submitted ${at(1)}`, `TT 1 failed ${at(9)}`])
  })

  test('are saved by the thousand, the last of two for one attempt', async () => {
    const { job_id } = await storeJob(given.db)
    const many = Array.from({ length: 2500 }, (_, index) => anAttempt(`C${index}`, 1))
    await saveAttempts(given.db, job_id, many)
    await saveAttempts(given.db, job_id, [...many, anAttempt('C7', 1, 'done', { seen_at: at(2) })])
    const found = await findAttempts(given.db, job_id)
    expect(found).toHaveLength(2500)
    expect(found.filter(({ state }) => state === 'done').map(({ corner }) => corner)).toEqual(['C7'])
  })

  test('are counted by state, with the time of the first and the last', async () => {
    const { job_id } = await storeJob(given.db)
    expect(await countAttempts(given.db, job_id)).toEqual([])
    await saveAttempts(given.db, job_id, [
      anAttempt('TT', 1, 'failed', { seen_at: at(1) }),
      anAttempt('TT', 2, 'submitted', { seen_at: at(5) }),
      anAttempt('SSG', 1, 'submitted', { seen_at: at(3) }),
    ])
    expect(await countAttempts(given.db, job_id)).toStrictEqual([
      { state: 'failed', count: 1, first_seen_at: at(1), last_seen_at: at(1) },
      { state: 'submitted', count: 2, first_seen_at: at(3), last_seen_at: at(5) },
    ])
  })

  test('belong to their job and go with it; none is fine, and one of no job is refused', async () => {
    const [job, other] = [await storeJob(given.db), await storeJob(given.db)]
    await saveAttempts(given.db, job.job_id, [anAttempt('TT', 1)])
    await saveAttempts(given.db, other.job_id, [anAttempt('TT', 1, 'done')])
    await saveAttempts(given.db, job.job_id, [])
    expect(await all(job.job_id)).toEqual([`TT 1 submitted ${at(1)}`])
    await deleteJob(given.db, job.job_id)
    expect(await all(job.job_id)).toEqual([])
    expect(await all(other.job_id)).toEqual([`TT 1 done ${at(1)}`])
    await expect(saveAttempts(given.db, 'no such job', [anAttempt('TT', 1)])).rejects.toThrow(/foreign key/i)
  })

  test('of all points are whole or not there', async () => {
    const { job_id } = await storeJob(given.db)
    const broken = { ...anAttempt('TT', 1), state: 'lost' as 'done' }
    await expect(saveAttempts(given.db, job_id, [anAttempt('SSG', 1), broken])).rejects.toThrow()
    expect(await all(job_id)).toEqual([])
  })
})
