import { expect, test } from 'vitest'
import { addDependencies, dependencyRows, removeDependencies } from '../../src/store/dependencies.ts'
import { createJob } from '../../src/store/create-job.ts'
import { deleteJob, findJob } from '../../src/store/jobs.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { onEachEngine } from './contract.ts'
import { aNewJob, at, storeJob, storeJobIn } from './jobs.ts'

onEachEngine('dependencies', (given) => {
  const ok = (after_job_id: string) => ({ after_job_id, condition: 'ok' }) as const

  test('are told with the names and states of the other jobs, in the order of their adding', async () => {
    const { db } = given
    const [job, one, two] = [
      await storeJob(db),
      await storeJobIn(db, 'failed', { name: 'one' }),
      await storeJob(db),
    ]
    await addDependencies(db, job.job_id, [{ after_job_id: two.job_id, condition: 'any' }], at(1))
    await addDependencies(db, job.job_id, [ok(one.job_id)], at(2))
    expect(await dependencyRows(db, job.job_id)).toEqual([
      { job_id: two.job_id, name: 'job', condition: 'any', status: 'queued' },
      { job_id: one.job_id, name: 'one', condition: 'ok', status: 'failed' },
    ])
    await addDependencies(db, job.job_id, [{ after_job_id: two.job_id, condition: 'failed' }], at(3))
    expect((await dependencyRows(db, job.job_id)).map(({ condition }) => condition)).toEqual(['failed', 'ok'])
    expect(await dependencyRows(db, one.job_id)).toEqual([])
  })

  test('stay when the other job is removed, and go with their own', async () => {
    const { db } = given
    const [job, other] = [await storeJob(db), await storeJob(db)]
    await addDependencies(db, job.job_id, [ok(other.job_id)], at(1))
    await deleteJob(db, other.job_id)
    expect(await dependencyRows(db, job.job_id)).toEqual([
      { job_id: other.job_id, name: null, condition: 'ok', status: null },
    ])
    await deleteJob(db, job.job_id)
    expect(await db.query('select * from dependencies')).toEqual([])
  })

  test('are taken away one by one or all', async () => {
    const { db } = given
    const [job, one, two] = [await storeJob(db), await storeJob(db), await storeJob(db)]
    await addDependencies(db, job.job_id, [ok(one.job_id), ok(two.job_id)], at(1))
    expect(await removeDependencies(db, job.job_id, [one.job_id, 'another'])).toEqual([one.job_id])
    expect(await removeDependencies(db, job.job_id, null)).toEqual([two.job_id])
    expect(await removeDependencies(db, job.job_id, null)).toEqual([])
  })

  test('make no cycle: the refusal names it, and nothing of the call is stored', async () => {
    const { db } = given
    const [a, b, c] = [await storeJob(db), await storeJob(db), await storeJob(db)]
    await addDependencies(db, b.job_id, [ok(a.job_id)], at(1))
    await addDependencies(db, c.job_id, [ok(b.job_id)], at(1))
    const other = await storeJob(db)
    const refused = addDependencies(db, a.job_id, [ok(other.job_id), ok(c.job_id)], at(2))
    const way = [a, c, b, a].map(({ job_id }) => job_id.slice(0, 8)).join(' → ')
    await expect(refused).rejects.toMatchObject({
      code: 'refused',
      message: `it would wait for itself: ${way}`,
    })
    expect(await dependencyRows(db, a.job_id)).toEqual([])
    await expect(addDependencies(db, a.job_id, [ok(a.job_id)], at(2))).rejects.toMatchObject({
      code: 'refused',
    })
  })

  test('of a new job are stored with it, or it is not stored at all', async () => {
    const { db } = given
    const other = await storeJob(db)
    const job = await createJob(db, aNewJob(), [], 'created', [ok(other.job_id)])
    expect(await dependencyRows(db, job.job_id)).toMatchObject([{ job_id: other.job_id, condition: 'ok' }])
    // A job whose id is known before it is there.
    const id = '11111111-2222-4333-8444-555555555555'
    await addDependencies(db, other.job_id, [ok(id)], at(1))
    const refused = createJob(db, aNewJob({}, { job_id: id }), [], 'created', [ok(job.job_id)])
    await expect(refused).rejects.toMatchObject({ code: 'refused' })
    expect(await findJob(db, id)).toBeNull()
  })

  test.runIf(given.dialect === 'postgres')('of two that add the halves of a cycle, one wins', async () => {
    const others = await Promise.all([1, 2].map(() => openDatabase(given.fresh.location)))
    for (let round = 0; round < 20; round += 1) {
      const [a, b] = [await storeJob(given.db), await storeJob(given.db)]
      const halves = [
        addDependencies(others[0]!, a.job_id, [ok(b.job_id)], at(1)),
        addDependencies(others[1]!, b.job_id, [ok(a.job_id)], at(1)),
      ]
      const outcomes = await Promise.allSettled(halves)
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    }
    for (const db of others) await db.close()
  })
})
