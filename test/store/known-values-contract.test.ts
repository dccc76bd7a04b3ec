import { expect, test } from 'vitest'
import {
  findDomains,
  findMeasurementNames,
  findNamedJobs,
  findNewestJobWithResults,
  findStoredPoints,
  findTags,
  findUsers,
} from '../../src/store/known-values.ts'
import { onEachEngine } from './contract.ts'
import { addResults, aPoint, aResult, at, storeJob } from './jobs.ts'

onEachEngine('what users may want to name', (given) => {
  test('is nothing in an empty database', async () => {
    const { db } = given
    expect(await findNamedJobs(db, '', 10)).toEqual([])
    expect(await findNewestJobWithResults(db)).toBeNull()
    for (const find of [findUsers, findDomains, findTags]) expect(await find(db)).toEqual([])
  })

  test('are jobs, the newest first, and those that begin with a prefix', async () => {
    const { db } = given
    const old = await storeJob(db, { created_at: at(1) })
    const young = await storeJob(db, { created_at: at(2), name: 'young' })
    const jobs = await findNamedJobs(db, '', 10)
    expect(jobs.map(({ job_id }) => job_id)).toEqual([young.job_id, old.job_id])
    expect(jobs[0]).toEqual({ job_id: young.job_id, name: 'young', status: 'queued', created_at: at(2) })
    expect(await findNamedJobs(db, '', 1)).toHaveLength(1)
    expect((await findNamedJobs(db, old.job_id.slice(0, 13), 10)).map(({ job_id }) => job_id)).toEqual([
      old.job_id,
    ])
  })

  test('are users, domains and tags, each once', async () => {
    const { db } = given
    await storeJob(db, { user: 'eva', domain_path: '/proj/b', tags: ['x', 'a "b"'] })
    await storeJob(db, { user: 'ada', domain_path: '/proj/a', tags: ['x'] })
    await storeJob(db, { user: 'eva', domain_path: '/proj/b', tags: [] })
    expect(await findUsers(db)).toEqual(['ada', 'eva'])
    expect(await findDomains(db)).toEqual(['/proj/a', '/proj/b'])
    expect(await findTags(db)).toEqual(['a "b"', 'x'])
  })

  test('are the measurements and points of a job that has results', async () => {
    const { db } = given
    const { job_id } = await storeJob(db, { created_at: at(1) })
    await storeJob(db, { created_at: at(2) })
    await addResults(db, job_id, [aResult(aPoint('TT')), aResult(aPoint('SSG'))])
    expect(await findNewestJobWithResults(db)).toBe(job_id)
    expect(await findMeasurementNames(db, job_id)).toEqual(Object.keys(aResult(aPoint('TT')).measurements))
    expect((await findStoredPoints(db, job_id)).map(({ corner }) => corner)).toEqual(['SSG', 'TT'])
  })
})
