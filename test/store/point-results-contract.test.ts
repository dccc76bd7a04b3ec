import { expect, test } from 'vitest'
import { findPointResults } from '../../src/store/point-results.ts'
import { onEachEngine } from './contract.ts'
import { addResults, aPoint, aResult, storeJob, threePoints } from './jobs.ts'

onEachEngine('what is stored of the points of a job', (given) => {
  test('is a row a point, and each failed row with its texts', async () => {
    const { job_id } = await storeJob(given.db, {}, threePoints)
    expect(await findPointResults(given.db, job_id)).toEqual([])
    await addResults(given.db, job_id, [
      aResult(aPoint('TT')),
      aResult(aPoint('TT'), { row_number: 2 }),
      aResult(aPoint('SSG'), { measurements: { a: null }, failed: { a: 'first' } }),
      aResult(aPoint('SSG'), { row_number: 2 }),
      aResult(aPoint('SSG'), { row_number: 3, measurements: { a: null }, failed: { a: '"µ"\n' } }),
    ])
    const found = await findPointResults(given.db, job_id)
    const sorted = found.map((row) => `${row.corner} ${row.status} ${JSON.stringify(row.failed)}`).sort()
    expect(sorted).toEqual([
      'SSG failed {"a":"\\"µ\\"\\n"}',
      'SSG failed {"a":"first"}',
      'SSG failed {}',
      'TT ok {}',
    ])
    expect(found.find(({ corner }) => corner === 'TT')).toStrictEqual({
      ...aPoint('TT'),
      ...{ status: 'ok', failed: {} },
    })
  })
})
