import { expect, test } from 'vitest'
import type { PvtPoint } from '../../src/domain/point.ts'
import { resultSources } from '../../src/domain/measurement.ts'
import { isKeyClash } from '../../src/store/database.ts'
import { deleteJob, findJob } from '../../src/store/jobs.ts'
import { countMissingPoints, findPointStates, recount } from '../../src/store/derived.ts'
import { pagesOfJob } from '../../src/store/result-pages.ts'
import { findResults, type StoredResult } from '../../src/store/results.ts'
import { insertResults, updateResult } from '../../src/store/write-results.ts'
import { findSummaries } from '../../src/store/summaries.ts'
import { onEachEngine } from './contract.ts'
import { addResults, aPoint, aResult, at, countOf, storeJob, threePoints } from './jobs.ts'

const [tt, ssg, ffg] = threePoints as [PvtPoint, PvtPoint, PvtPoint]
const origin = (jobId: string, importId = 'import-x') => ({ jobId, importId, now: at(30) })

const withoutId = (stored: StoredResult): Omit<StoredResult, 'result_id' | 'import_id'> => {
  const result: Partial<StoredResult> = { ...stored }
  delete result.result_id
  delete result.import_id
  return result as StoredResult
}

onEachEngine('results', (given) => {
  const ofJob = async (jobId: string) => (await findResults(given.db, jobId, threePoints)).map(withoutId)

  test('a single one is read back the same, with all that was measured', async () => {
    const { job_id } = await storeJob(given.db)
    const result = aResult(aPoint('FFG_SSG', 'v1max_v2min', 'm12.5'), {
      ...{ alter_number: 3, row_number: 2, source: 'creport', netlist_path: '/n/sim_tx.sp' },
      sweep: { vdd: 0.75, mode: 'on' },
      measurements: { del_rr: 3.2e-11, del_ff: -4e-11, power: 0, current: null, vout: 1.05, tiny: 5e-324 },
      failed: { current: 'failed', vout2: '' },
    })
    await insertResults(given.db, [result], origin(job_id))
    expect(await findResults(given.db, job_id, [])).toStrictEqual([
      { result_id: 'import-x-1', import_id: 'import-x', ...result },
    ])
    expect(
      await given.db.query(
        'select del_rr, del_ff, power, current, status, import_id, created_at, temperature_c from results',
      ),
    ).toEqual([
      {
        ...{ del_rr: 3.2e-11, del_ff: -4e-11, power: 0, current: null, temperature_c: -12.5 },
        ...{ status: 'failed', import_id: 'import-x', created_at: at(30) },
      },
    ])
  })

  test('the least has neither sweep nor measurements', async () => {
    const { job_id } = await storeJob(given.db)
    const result = aResult(tt, { measurements: {} })
    await insertResults(given.db, [result], origin(job_id))
    expect(await ofJob(job_id)).toStrictEqual([result])
    const [row] = await given.db.query(
      'select del_rr, power, sweep_json, failed_json, netlist_path from results',
    )
    expect(row).toEqual({
      del_rr: null,
      power: null,
      sweep_json: '{}',
      failed_json: '{}',
      netlist_path: null,
    })
  })

  test.each([
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'wire[15]',
    '42',
    'µ_Ω_电压',
    '😀',
    'with "quotes" and \\',
    "'; drop table results; --",
    '$1',
    'a\nb\tc',
    '',
    'x'.repeat(5000),
  ])('keep a measurement, a sweep variable and a failure named %j', async (name) => {
    const { job_id } = await storeJob(given.db)
    const named = <Value>(value: Value): Record<string, Value> => Object.fromEntries([[name, value]])
    const sound = aResult(tt, { measurements: named(1.5), sweep: named('on') })
    const broken = aResult(ssg, { measurements: named(null), failed: named('no convergence') })
    await addResults(given.db, job_id, [sound, broken])
    const found = await ofJob(job_id)
    expect(found.map(({ measurements }) => Object.entries(measurements))).toEqual([
      [[name, 1.5]],
      [[name, null]],
    ])
    expect(Object.entries(found[0]!.sweep)).toEqual([[name, 'on']])
    expect(Object.entries(found[1]!.failed)).toEqual([[name, 'no convergence']])
    expect(await findSummaries(given.db, job_id)).toMatchObject([
      { measurement: name, count: 1, failed: 1, max: 1.5 },
    ])
  })

  test.each([0, 1e-15, -1e300, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, -447.6e-6])(
    'keep the number %f to the last bit',
    async (value) => {
      const { job_id } = await storeJob(given.db)
      await addResults(given.db, job_id, [
        aResult(tt, { measurements: { del_rr: value }, sweep: { v: value } }),
      ])
      const [found] = await ofJob(job_id)
      expect([found!.measurements, found!.sweep]).toEqual([{ del_rr: value }, { v: value }])
      expect(await given.db.query('select del_rr from results')).toEqual([{ del_rr: value }])
      expect(await findSummaries(given.db, job_id)).toMatchObject([{ min: value, mean: value, max: value }])
    },
  )

  test.each(resultSources)('tell that they come from %s', async (source) => {
    const { job_id } = await storeJob(given.db)
    await addResults(given.db, job_id, [aResult(tt, { source, mt0_file_path: `/files/${source}` })])
    expect(await ofJob(job_id)).toMatchObject([{ source, mt0_file_path: `/files/${source}` }])
  })

  test('a batch of 3,000 comes back whole, in flow order, rows of one point by alter and row', async () => {
    const points = Array.from({ length: 500 }, (_, index) => aPoint(`C${index}`))
    const { job_id } = await storeJob(given.db, {}, points)
    const results = points.flatMap((point) =>
      [1, 2, 10].flatMap((alter_number) =>
        [1, 2].map((row_number) => aResult(point, { alter_number, row_number })),
      ),
    )
    await insertResults(given.db, [...results].reverse(), origin(job_id))
    const found = await findResults(given.db, job_id, points)
    expect(found.map(withoutId)).toEqual(results)
    expect(new Set(found.map(({ result_id }) => result_id)).size).toBe(3000)
  })

  test('are those of the job that is asked for', async () => {
    const [one, two] = [await storeJob(given.db), await storeJob(given.db)]
    await addResults(given.db, one.job_id, [aResult(tt), aResult(ssg)])
    await addResults(given.db, two.job_id, [aResult(tt, { measurements: { vout: 2 } })])
    expect(await ofJob(one.job_id)).toHaveLength(2)
    expect(await ofJob(two.job_id)).toMatchObject([{ measurements: { vout: 2 } }])
    expect(await ofJob('nobody')).toEqual([])
    await deleteJob(given.db, one.job_id)
    expect(await countOf(given.db, 'results', one.job_id)).toBe(0)
    expect(await countOf(given.db, 'summaries', one.job_id)).toBe(0)
    expect(await ofJob(two.job_id)).toHaveLength(1)
  })

  test('come in pages in the same order, also with 6,000 alters of a point, and for some points only', async () => {
    const { job_id } = await storeJob(given.db)
    const many = Array.from({ length: 6_000 }, (_, index) => aResult(ssg, { alter_number: 6_000 - index }))
    const others = [ffg, tt].flatMap((point) => [2, 1].map((row_number) => aResult(point, { row_number })))
    await insertResults(given.db, [...others, ...many], origin(job_id))
    const idsOf = async (isWanted: (point: PvtPoint) => boolean): Promise<string[]> => {
      const ids: string[] = []
      for await (const page of pagesOfJob(given.db, job_id, threePoints, isWanted))
        for (const { result_id } of page) ids.push(result_id)
      return ids
    }
    const whole = await findResults(given.db, job_id, threePoints)
    expect(await idsOf(() => true)).toEqual(whole.map(({ result_id }) => result_id))
    expect(await idsOf(({ corner }) => corner === tt.corner)).toHaveLength(2)
  })

  test('a second one for the same point, alter and row is refused, and its whole batch with it', async () => {
    const { job_id } = await storeJob(given.db)
    await addResults(given.db, job_id, [aResult(tt)])
    const again = insertResults(given.db, [aResult(ssg), aResult(tt)], origin(job_id, 'import-y'))
    const error: unknown = await again.catch((thrown: unknown) => thrown)
    expect(isKeyClash(error)).toBe(true)
    expect(await ofJob(job_id)).toEqual([aResult(tt)])
    const apart = [
      aResult(tt, { alter_number: 2 }),
      aResult(tt, { row_number: 2 }),
      aResult(aPoint('TT', 'v1max')),
    ]
    await insertResults(given.db, apart, origin(job_id, 'import-z'))
    expect(await ofJob(job_id)).toHaveLength(4)
  })

  test('an update replaces what was measured; point, id and first time stay', async () => {
    const { job_id } = await storeJob(given.db)
    await insertResults(given.db, [aResult(tt), aResult(ssg)], origin(job_id))
    const better = aResult(tt, {
      ...{ measurements: { del_rr: 7, vout: null }, failed: { vout: 'failed' }, source: 'report' },
      ...{ netlist_path: '/n', mt0_file_path: '/r', sweep: { v: 1 } },
    })
    await updateResult(given.db, job_id, better, 'import-y')
    const found = await findResults(given.db, job_id, threePoints)
    expect(found).toStrictEqual([
      { result_id: 'import-x-1', import_id: 'import-y', ...better },
      { result_id: 'import-x-2', import_id: 'import-x', ...aResult(ssg) },
    ])
    const rows = await given.db.query('select import_id, created_at, del_rr from results order by result_id')
    expect(rows).toEqual([
      { import_id: 'import-y', created_at: at(30), del_rr: 7 },
      { import_id: 'import-x', created_at: at(30), del_rr: null },
    ])
  })

  test('count as stored, successful and failed with their job', async () => {
    const { job_id } = await storeJob(given.db, { total_simulations: 3 }, threePoints)
    await addResults(given.db, job_id, [aResult(tt), aResult(tt, { row_number: 2 })])
    const counts = async () => {
      const { stored_simulations, successful_simulations, failed_simulations } = (await findJob(
        given.db,
        job_id,
      ))!
      return [stored_simulations, successful_simulations, failed_simulations]
    }
    expect(await counts()).toEqual([1, 1, 0])
    await addResults(given.db, job_id, [
      aResult(tt, { row_number: 3, measurements: { vout: null }, failed: { vout: '' } }),
      aResult(ssg),
    ])
    expect(await counts()).toEqual([2, 1, 1])
    expect(await countMissingPoints(given.db, job_id)).toBe(1)
    expect(await findPointStates(given.db, job_id)).toEqual(
      expect.arrayContaining([
        { ...tt, status: 'failed' },
        { ...ssg, status: 'ok' },
      ]),
    )
    await addResults(given.db, job_id, [aResult(ffg)])
    expect(await counts()).toEqual([3, 2, 1])
    expect(await countMissingPoints(given.db, job_id)).toBe(0)
  })

  test('are counted anew: once the job has ended, points without a row are failed', async () => {
    const job = await storeJob(given.db, {}, threePoints)
    await addResults(given.db, job.job_id, [aResult(tt)])
    await given.db.query(
      `update jobs set status = 'failed', stored_simulations = 77, successful_simulations = 7`,
    )
    const counts = { stored_simulations: 1, successful_simulations: 1, failed_simulations: 2 }
    expect(await recount(given.db, { ...job, status: 'failed' })).toEqual(counts)
    expect(await findJob(given.db, job.job_id)).toMatchObject(counts)
  })
})
