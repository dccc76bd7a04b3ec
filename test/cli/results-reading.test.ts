import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pointFolder, pointName } from '../../src/domain/point.ts'
import { type Domain, makeDomain } from '../fixtures/flow.ts'
import { csvLines, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
let domain: Domain
const failing = 'TT/typical/m40/v1min_v2min'
const missing = ['TT/typical/m40/v1min_v2max', 'FFG_SSG/typical/125/v1nom_v2nom']

beforeAll(async () => {
  place = openWorkplace()
  domain = makeDomain(place.path('domain'), {
    failedPoints: missing,
    failedMeasurements: [{ point: failing, name: 'del_ff', text: 'failed' }],
  })
  const id = await place.create(['-d', domain.folder])
  place.env.PVT_JOB = id
  expect((await place.pvt(['results', 'import'])).code).toBe(0)
})

afterAll(() => {
  place.remove()
})

describe('results summary', () => {
  interface Summary extends Record<string, unknown> {
    measurement: string
    mean: number
  }

  /** Counted and added up here, from the truth of the fixture. */
  function expected(name: string, wanted: (point: string) => boolean = () => true): Record<string, unknown> {
    const rows = domain.points
      .map(pointName)
      .filter((point) => wanted(point) && domain.truth.has(point))
      .map((point) => ({ point, value: domain.truth.get(point)![name]! }))
    const found = rows.filter(({ value }) => value !== null)
    const sorted = [...found].sort((a, b) => a.value - b.value)
    const [low, high] = [sorted[0]!, sorted.at(-1)!]
    const mean = found.reduce((sum, { value }) => sum + value, 0) / found.length
    return {
      measurement: name,
      count: found.length,
      expected: domain.points.map(pointName).filter(wanted).length,
      failed: rows.length - found.length,
      ...{ min: low.value, min_point: low.point, mean, max: high.value, max_point: high.point },
      spread_percent: ((high.value - low.value) / Math.abs(mean)) * 100,
    }
  }

  test('a row per measurement: counts, extremes with their points, mean and spread, at full precision', async () => {
    const rows = await place.json<Summary[]>(['results', 'summary'])
    expect(rows).toEqual(domain.measurements.map((name) => expected(name)))
    expect(Object.keys(rows[0]!)).toEqual([
      ...['measurement', 'count', 'expected', 'failed', 'min', 'min_point', 'mean', 'max', 'max_point'],
      'spread_percent',
    ])
  })

  test('the filters choose points and measurements', async () => {
    const words = ['results', 'summary', '--corner', 'SS*', '--measure', 'del_*']
    const wanted = (point: string): boolean => point.startsWith('SS')
    expect(await place.json(words)).toEqual(['del_rr', 'del_ff'].map((name) => expected(name, wanted)))
  })

  test('CSV has the same keys and the same numbers', async () => {
    const rows = await place.json<Summary[]>(['results', 'summary'])
    const [header, ...lines] = csvLines((await place.pvt(['results', 'summary', '-f', 'csv'])).stdout)
    expect(header).toEqual(Object.keys(rows[0]!))
    expect(lines).toEqual(rows.map((row) => Object.values(row).map(String)))
  })

  test('the table has SI prefixes, with --raw every digit', async () => {
    const { stdout } = await place.pvt(['results', 'summary'])
    expect(stdout).toMatch(/^MEASUREMENT +COUNT +EXPECTED +FAILED +MIN +AT +MEAN +MAX +AT +SPREAD %\n/)
    expect(stdout).toMatch(/^del_ff +89 +92 +1 +\d\d\.\d\dp +FFG\/typical\/m40\/v1max_v2max +/m)
    const [{ mean }] = await place.json<[Summary]>(['results', 'summary', '--measure', 'del_rr'])
    expect((await place.pvt(['results', 'summary', '--raw'])).stdout).toContain(` ${mean} `)
  })

  test('of nothing it is empty', async () => {
    expect(await place.json(['results', 'summary', '--corner', 'XX'])).toEqual([])
    const id = await place.create()
    expect(await place.json(['results', 'summary', '-j', id])).toEqual([])
  })
})

describe('results missing', () => {
  const missingPoints = () => domain.points.filter((point) => missing.includes(pointName(point)))

  test('the expected points without a result, in flow order; exit code 7', async () => {
    expect(await place.json(['results', 'missing'], { code: 7 })).toEqual(
      missingPoints().map((point) => ({ point: pointName(point), ...point })),
    )
    const [header, ...lines] = csvLines((await place.pvt(['results', 'missing', '-f', 'csv'])).stdout)
    expect(header).toEqual([
      ...['point', 'corner', 'extraction', 'temperature', 'temperature_c', 'voltage_combo'],
    ])
    expect(lines.map(([name]) => name)).toEqual(missing)
  })

  test.concurrent.each([['--format', 'rerun'], ['-f', 'rerun'], ['--format=rerun']])(
    '%s %s prints their folders',
    async (...format) => {
      const answer = await place.pvt(['results', 'missing', ...format])
      const folders = missingPoints().map((point) => `${pointFolder(point)}\n`)
      expect(answer).toEqual({ stdout: folders.join(''), stderr: '', code: 7 })
      expect(answer.stdout).toMatch(/^TT\/typical\/typical_m40\/v1min_v2max\n/)
    },
  )

  test('filters choose among them; none missing is exit code 0', async () => {
    expect(await place.json(['results', 'missing', '--corner', 'TT'], { code: 7 })).toHaveLength(1)
    expect(await place.json(['results', 'missing', '--corner', 'SSG'])).toEqual([])
    expect(await place.pvt(['results', 'missing', '--corner', 'SSG', '-f', 'rerun'])).toEqual({
      ...{ stdout: '', stderr: '', code: 0 },
    })
  })

  test('of a job that nothing is known of: none, and a warning', async () => {
    const id = await place.create()
    const answer = await place.pvt(['results', 'missing', '-j', id, '--json'])
    expect(answer).toMatchObject({ stdout: '[]\n', code: 0 })
    expect(answer.stderr).toMatch(/^pvt: warning: job [0-9a-f]{8} has no expected points/)
  })
})

describe('results export', () => {
  const run = (...words: string[]) => place.pvt(['results', 'export', ...words])

  test('it is the CSV of results show, to stdout or to a file', async () => {
    const csv = (await place.pvt(['results', 'show', '-f', 'csv'])).stdout
    expect(await run()).toEqual({ stdout: csv, stderr: '', code: 0 })
    expect(await run('-o', '-')).toEqual({ stdout: csv, stderr: '', code: 0 })
    expect(await run('-o', 'results.csv')).toMatchObject({ stdout: '', code: 0 })
    expect(readFileSync(place.path('work/results.csv'), 'utf8')).toBe(csv)
    expect(await run('--output', 'results.csv', '--corner', 'TT', '-q')).toEqual({
      stdout: '',
      stderr: '',
      code: 0,
    })
    expect(csvLines(readFileSync(place.path('work/results.csv'), 'utf8'))).toHaveLength(1 + 11)
    expect(readdirSync(place.path('work'))).toEqual(['results.csv'])
  })

  test('as JSON and ndjson it is that of results show', async () => {
    for (const format of ['json', 'ndjson']) {
      expect((await run('-f', format)).stdout).toBe(
        (await place.pvt(['results', 'show', '-f', format])).stdout,
      )
    }
  })

  test('without results it is the header alone', async () => {
    const id = await place.create()
    expect(csvLines((await run('-j', id)).stdout)).toEqual([expect.arrayContaining(['point', 'status'])])
    expect((await run('-j', id, '--json')).stdout).toBe('[]\n')
  })

  test('an unwritable place is exit code 1, and what was there stays', async () => {
    const taken = place.path('taken')
    writeFileSync(taken, 'mine')
    expect((await run('-o', `${taken}/x.csv`)).code).toBe(1)
    expect(readFileSync(taken, 'utf8')).toBe('mine')
    expect((await run('-o', place.path('home'))).code).toBe(1)
    expect(existsSync(place.path('home'))).toBe(true)
  })
})
