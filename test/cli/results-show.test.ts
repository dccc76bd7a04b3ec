import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { type Domain, makeDomain } from '../fixtures/flow.ts'
import { csvLines, expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
let domain: Domain
const failing = 'TT/typical/m40/v1min_v2min'

beforeAll(async () => {
  place = openWorkplace()
  domain = makeDomain(place.path('domain'), {
    config: { mode: 'polo' },
    measurements: ['del_rr', 'del_ff', 'wire[15]', 'ioh_pad'],
    failedMeasurements: [
      { point: failing, name: 'del_ff', text: 'error' },
      { point: failing, name: 'ioh_pad', text: '' },
    ],
  })
  const id = await place.create(['-d', domain.folder])
  place.env.PVT_JOB = id
  expect((await place.pvt(['results', 'import'])).code).toBe(0)
})

afterAll(() => {
  place.remove()
})

interface Row {
  point: string
  measurements: Record<string, number | null>
}

const show = <Answer = Row[]>(...words: string[]): Promise<Answer> =>
  place.json(['results', 'show', ...words])
const points = async (...words: string[]): Promise<string[]> =>
  (await show(...words)).map(({ point }) => point)

test('a row per PVT point in flow order, every value at full precision', async () => {
  const rows = await show()
  expect(rows.map(({ point }) => point)).toEqual(domain.points.map(pointName))
  expect(new Map(rows.map(({ point, measurements }) => [point, measurements]))).toEqual(domain.truth)
})

test('the keys of the JSON are those of the contract', async () => {
  const [row] = await show<Record<string, unknown>[]>('--point', failing)
  expect(row).toEqual({
    ...{ point: failing, corner: 'TT', extraction: 'typical', temperature: 'm40', temperature_c: -40 },
    ...{ voltage_combo: 'v1min_v2min', alter_number: 1, row_number: 1, sweep: {} },
    measurements: domain.truth.get(failing),
    failed: { del_ff: 'error', ioh_pad: '' },
    ...{ status: 'failed', source: 'report', mt0_file_path: domain.reportPaths.get(failing) },
    source_line: 2,
  })
  expect(Object.keys(row!)).toEqual([
    ...['point', 'corner', 'extraction', 'temperature', 'temperature_c', 'voltage_combo', 'alter_number'],
    ...['row_number', 'sweep', 'measurements', 'failed', 'status', 'source', 'mt0_file_path', 'source_line'],
  ])
})

test('CSV has a column per measurement, numbers as in the JSON, nothing for a failed one', async () => {
  const [header, ...lines] = csvLines((await place.pvt(['results', 'show', '-f', 'csv'])).stdout)
  expect(header).toEqual([
    ...['point', 'corner', 'extraction', 'temperature', 'temperature_c', 'voltage_combo', 'alter_number'],
    ...['row_number', 'del_rr', 'del_ff', 'wire[15]', 'ioh_pad', 'status', 'source', 'mt0_file_path'],
    'source_line',
  ])
  expect(lines).toHaveLength(domain.points.length)
  for (const line of lines) {
    const values = line.slice(8, 12).map((text) => (text === '' ? null : Number(text)))
    expect(values).toEqual(Object.values(domain.truth.get(line[0]!)!))
  }
})

test('ndjson is the elements of the array, a line each', async () => {
  const { stdout } = await place.pvt(['results', 'show', '-f', 'ndjson'])
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Row),
  ).toEqual(await show())
})

test('the table has a unit a column, --raw full precision, a failed value its text', async () => {
  const words = ['results', 'show', '--point', failing]
  const { stdout } = await place.pvt(words)
  expect(stdout).toMatch(/^POINT +del_rr \[p\] +del_ff +wire\[15\] \[m\] +ioh_pad\n/)
  expect(stdout).toMatch(/^TT\/typical\/m40\/v1min_v2min +\d\d\.\d\d +error +-?[\d.]+ +\(empty\)$/m)
  const raw = await place.pvt([...words, '--raw'])
  expect(raw.stdout).toContain(` ${String(domain.truth.get(failing)!.del_rr)} `)
})

describe('filters', () => {
  const by = (test: RegExp): string[] => domain.points.map(pointName).filter((name) => test.test(name))
  test.concurrent.each([
    [['--point', 'SSG/typical/m40/v1min_v2max'], /^SSG\/typical\/m40\/v1min_v2max$/],
    [['--point', 'SSG*/typical/*/v1min*'], /^SSG[^/]*\/typical\/.*\/v1min/],
    [['--point', 'SSG*'], /^SSG/],
    [['--point', 'TT/*', '--point', 'FFG/*'], /^(TT|FFG)\//],
    [['--corner', 'SS*'], /^SS/],
    [['--corner', 'TT', '--corner', 'FSG'], /^(TT|FSG)\//],
    [['--corner', '{TT,FSG}'], /^(TT|FSG)\//],
    [['--corner', '?FG'], /^.FG\//],
    [['--extraction', 'cworst*'], /\/cworst_CCworst_T\//],
    [['--temperature', 'm40'], /\/m40\//],
    [['--temperature', '85', '--temperature', '100'], /\/(85|100)\//],
    [['--voltage', 'v1max*'], /\/v1max/],
    [['--corner', 'SSG', '--temperature', '125', '--voltage', '*v2min'], /^SSG\/.*\/125\/.*v2min$/],
    [['--corner', 'XX'], /^XX/],
  ])('%j', async (words, expected) => {
    expect(await points(...words)).toEqual(by(expected))
  })

  test("-40 is the folder's m40", async () => {
    expect(await points('--temperature=-40')).toEqual(by(/\/m40\//))
  })

  test('--measure takes names and globs, brackets in a name included', async () => {
    const names = async (...words: string[]): Promise<string[]> =>
      Object.keys((await show('--limit', '1', ...words))[0]!.measurements)
    expect(await names('--measure', 'del_*')).toEqual(['del_rr', 'del_ff'])
    expect(await names('--measure', 'wire[15]')).toEqual(['wire[15]'])
    expect(await names('--measure', 'ioh_pad', '--measure', 'del_rr')).toEqual(['del_rr', 'ioh_pad'])
  })

  test('--failed takes rows with a failed measurement, among those that are asked for', async () => {
    expect(await points('--failed')).toEqual([failing])
    expect(await points('--failed', '--measure', 'del_ff')).toEqual([failing])
    expect(await points('--failed', '--measure', 'del_rr')).toEqual([])
    expect(await points('--failed', '--corner', 'FFG')).toEqual([])
  })

  test('nothing found is an empty document and exit code 0', async () => {
    const words = ['results', 'show', '--corner', 'XX']
    expect(await place.pvt([...words, '--json'])).toEqual({ stdout: '[]\n', stderr: '', code: 0 })
    expect(await place.pvt([...words, '-f', 'ndjson'])).toEqual({ stdout: '', stderr: '', code: 0 })
    expect((await place.pvt(words)).stdout).toBe('POINT\n')
    expect(csvLines((await place.pvt([...words, '-f', 'csv'])).stdout)).toHaveLength(1)
  })
})

describe('--sort and --limit', () => {
  const delay = (name: string): number => domain.truth.get(name)!.del_rr!

  test('by a measurement, rising and falling; what has no value stands last', async () => {
    const sorted = domain.points.map(pointName).sort((a, b) => delay(a) - delay(b))
    expect(await points('--sort', 'del_rr')).toEqual(sorted)
    expect(await points('--sort', 'del_rr:asc', '--limit', '3')).toEqual(sorted.slice(0, 3))
    expect(await points('--sort', 'del_rr:desc', '--limit', '5')).toEqual(sorted.reverse().slice(0, 5))
    expect((await points('--sort', 'del_ff')).at(-1)).toBe(failing)
    expect((await points('--sort', 'del_ff:desc')).at(-1)).toBe(failing)
  })

  test('by temperature in degrees, by another column by its text', async () => {
    const temperatures = (await show<{ temperature_c: number }[]>('--sort', 'temperature')).map(
      (row) => row.temperature_c,
    )
    expect(temperatures).toEqual([...temperatures].sort((a, b) => a - b))
    expect(await points('--sort', 'point')).toEqual(domain.points.map(pointName).sort())
    expect((await points('--sort', 'status'))[0]).toBe(failing)
  })

  test('a limit of 0 is an empty list', async () => {
    expect(await show('--limit', '0')).toEqual([])
  })

  test.concurrent.each(['speed', 'job_id; drop table jobs', '', 'del_rr:down'])(
    '--sort %j is wrong usage',
    async (column) => {
      expectFailure(await place.pvt(['results', 'show', '--sort', column]), 2, /--sort: there is no column/)
    },
  )
})
