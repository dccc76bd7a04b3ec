import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Result } from '../../src/domain/result.ts'
import { summarise } from '../../src/domain/summary.ts'
import { deleteJob } from '../../src/store/jobs.ts'
import { findResults } from '../../src/store/results.ts'
import { findSummaries, replaceSummaries } from '../../src/store/summaries.ts'
import { onEachEngine } from './contract.ts'
import { addResults, aPoint, aResult, storeJob, threePoints } from './jobs.ts'

onEachEngine('summaries', (given) => {
  test('are written with the results, in the order of the measurements', async () => {
    const { job_id } = await storeJob(given.db, {}, threePoints)
    const values: Record<string, number | null>[] = [
      { zeta: 3, alpha: -1 },
      { zeta: 1, alpha: null },
      { zeta: 3, beta: 8 },
    ]
    await addResults(
      given.db,
      job_id,
      threePoints
        .map((point, index) => {
          const measurements = values[index]!
          return aResult(point, { measurements, failed: index === 1 ? { alpha: 'failed' } : {} })
        })
        .reverse(),
    )
    const [tt, ssg, ffg] = ['TT', 'SSG', 'FFG'].map((corner) => `${corner}/typical/m40/v1min`)
    expect(await findSummaries(given.db, job_id)).toStrictEqual([
      {
        ...{ measurement: 'zeta', count: 3, failed: 0, min: 1, min_point: ssg, mean: 7 / 3, max: 3 },
        max_point: tt,
      },
      {
        ...{ measurement: 'alpha', count: 1, failed: 1, min: -1, min_point: tt, mean: -1, max: -1 },
        max_point: tt,
      },
      {
        ...{ measurement: 'beta', count: 1, failed: 0, min: 8, min_point: ffg, mean: 8, max: 8 },
        max_point: ffg,
      },
    ])
  })

  test('of failed values only have no numbers', async () => {
    const { job_id } = await storeJob(given.db)
    await addResults(given.db, job_id, [aResult(aPoint(), { measurements: { v: null }, failed: { v: '' } })])
    expect(await findSummaries(given.db, job_id)).toStrictEqual([
      {
        ...{ measurement: 'v', count: 0, failed: 1, min: null, min_point: null, mean: null, max: null },
        max_point: null,
      },
    ])
  })

  test('are replaced as a whole, and go with the job', async () => {
    const [job, other] = [await storeJob(given.db), await storeJob(given.db)]
    await addResults(given.db, job.job_id, [aResult(aPoint(), { measurements: { a: 1, b: 2 } })])
    await addResults(given.db, other.job_id, [aResult(aPoint())])
    const names = async (jobId: string) =>
      (await findSummaries(given.db, jobId)).map(({ measurement }) => measurement)
    const kept = await findSummaries(given.db, job.job_id)
    await replaceSummaries(given.db, job.job_id, [...kept.slice(1), { ...kept[0]!, measurement: 'c' }])
    expect(await names(job.job_id)).toEqual(['b', 'c'])
    await replaceSummaries(given.db, job.job_id, [])
    expect(await names(job.job_id)).toEqual([])
    expect(await names(other.job_id)).toEqual(['vout'])
    await deleteJob(given.db, other.job_id)
    expect(await names(other.job_id)).toEqual([])
  })

  test('equal those computed from what is stored, however the results came', async () => {
    const corner = fc.constantFrom('TT', 'SSG', 'FFG', 'ZZ')
    const values = fc.dictionary(
      fc.constantFrom('vout', 'del_rr', 'wire[15]', '__proto__', '7'),
      fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 })),
    )
    const row = fc.tuple(corner, fc.constantFrom('v1min', 'v1max'), values)
    const imports = fc.array(fc.array(row, { maxLength: 6 }), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(imports, async (batches) => {
        const { job_id } = await storeJob(given.db, {}, threePoints)
        const rows = new Map<string, number>()
        for (const batch of batches) {
          const results = batch.map(([name, voltage, measurements]): Result => {
            const row_number = (rows.get(name + voltage) ?? 0) + 1
            rows.set(name + voltage, row_number)
            const failed = Object.fromEntries(
              Object.entries(measurements).flatMap(([key, value]) =>
                value === null ? [[key, 'failed']] : [],
              ),
            )
            return aResult(aPoint(name, voltage), { row_number, measurements, failed })
          })
          await addResults(given.db, job_id, results)
        }
        const stored = await findResults(given.db, job_id, threePoints)
        expect(await findSummaries(given.db, job_id)).toEqual(summarise(stored))
      }),
      { numRuns: 40 },
    )
  })
})
