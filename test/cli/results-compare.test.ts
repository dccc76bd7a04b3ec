import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { saveSimulationLogs, type SimulationLogRecord } from '../../src/store/simulation-logs.ts'
import { type Domain, makeDomain } from '../fixtures/flow.ts'
import { csvLines, expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
let [base, next]: Domain[] = []
let [baseId, nextId] = ['', '']
const gone = 'TT/typical/m40/v1min_v2max'
const failed = 'SSG/typical/125/v1max_v2max'

beforeAll(async () => {
  place = openWorkplace()
  const folder = place.path('gpio')
  const adopt = async ({ backupPath }: Domain): Promise<string> =>
    (await place.json<{ job_id: string }>(['results', 'import', '--new', backupPath])).job_id
  base = makeDomain(folder, { seed: 1, stamp: '202601010000', config: { simulator: 'finesim' } })
  baseId = await adopt(base)
  next = makeDomain(folder, {
    ...{ seed: 2, stamp: '202602010000', failedPoints: [gone], config: { simulator: 'primesim' } },
    failedMeasurements: [{ point: failed, name: 'power', text: 'error' }],
  })
  nextId = await adopt(next)
})

afterAll(() => {
  place.remove()
})

interface Row extends Record<string, unknown> {
  measurement: string
  point: string
  base: number | null
  new: number | null
  verdict: string
}

const compare = (code: number, ...words: string[]): Promise<Row[]> =>
  place.json<Row[]>(['results', 'compare', baseId, nextId, ...words], { code })

describe('results compare', () => {
  test('a row per value, with the keys of the contract first, and both numbers', async () => {
    const rows = await compare(7)
    expect(Object.keys(rows[0]!).slice(0, 7)).toEqual([
      ...['measurement', 'point', 'base', 'new', 'difference', 'percent', 'verdict'],
    ])
    expect(rows).toHaveLength(base!.points.length * base!.measurements.length)
    for (const row of rows) {
      expect(row.base).toBe(base!.truth.get(row.point)![row.measurement])
      expect(row.new).toBe(next!.truth.get(row.point)?.[row.measurement] ?? null)
      if (row.base === null || row.new === null) continue
      expect(row.difference).toBe(row.new - row.base)
      expect(row.percent).toBeCloseTo(((row.new - row.base) / Math.abs(row.base)) * 100, 9)
      expect(row.verdict).toBe(row.new === row.base ? 'same' : 'changed')
    }
    const lost = rows.filter(({ verdict }) => verdict === 'missing')
    expect(lost.map(({ point }) => point)).toEqual(base!.measurements.map(() => gone))
    expect(rows.find(({ new_failed }) => new_failed !== null)).toMatchObject({
      ...{ measurement: 'power', point: failed, new: null, new_failed: 'error', verdict: 'changed' },
    })
    const sizes = rows.flatMap(({ verdict, percent }) =>
      verdict === 'changed' && percent !== null ? [Math.abs(Number(percent))] : [],
    )
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
  })

  test.each<[number, string[]]>([
    [7, []],
    [7, ['--tolerance', '50%']],
    [0, ['--tolerance', '50%', '--point', 'FFG*']],
    [7, ['--tolerance', '0.001', '--point', 'FFG*']],
    [0, ['--abs-tolerance', '1e6', '--point', 'FFG*']],
    [7, ['--abs-tolerance', '1e-15', '--point', 'FFG*']],
    [7, ['--tolerance', '50%', '--measure', 'power']],
    [7, ['--tolerance', '50%', '--point', failed, '--measure', 'power']],
    [0, ['--tolerance', '50%', '--point', failed, '--measure', 'del_*']],
  ])('exit code %i with %j', async (code, words) => {
    await compare(code, ...words)
  })

  test('a job is the same as itself; what is new alone is no finding', async () => {
    const same = await place.json<Row[]>(['results', 'compare', baseId, baseId])
    expect(same.every(({ verdict }) => verdict === 'same')).toBe(true)
    const back = ['results', 'compare', nextId, baseId, '--point', gone]
    expect((await place.json<Row[]>(back)).map(({ verdict }) => verdict)).toEqual(
      base!.measurements.map(() => 'new'),
    )
  })

  test('says what else differs, and where the worst went', async () => {
    const jobs = await compare(7, '--part', 'jobs')
    expect(jobs).toEqual([{ field: 'simulator', base: 'finesim', new: 'primesim' }])
    const worst = await compare(7, '--part', 'measurements')
    for (const row of worst) {
      const values = base!.points
        .map(pointName)
        .map((point) => ({ point, value: base!.truth.get(point)![row.measurement]! }))
      const most = values.reduce((found, one) => (Math.abs(one.value) > Math.abs(found.value) ? one : found))
      expect(row).toMatchObject({ base_worst: most.value, base_point: most.point })
      expect(row.moved).toBe(row.base_point !== row.new_point)
    }
    expect(worst.map(({ measurement }) => measurement)).toEqual(base!.measurements)
  })

  test('names the versions of the simulator that the logs tell', async () => {
    const db = await openDatabase({ engine: 'sqlite', path: place.db })
    const log = (simulator_version: string): SimulationLogRecord => ({
      ...{ log_path: '/b/simulation.log', point: null, simulator: 'PrimeSim', simulator_version },
      ...{ success: true, started_at_local: null, elapsed_seconds: null, cpu_seconds: null },
      ...{ peak_memory_mb: null, measures: null, warnings: 0, working_directory: null },
    })
    await saveSimulationLogs(db, baseId, [log('W-2024.09')])
    await saveSimulationLogs(db, nextId, [log('X-2025.06')])
    await db.close()
    const expected = { field: 'simulator_version', base: 'PrimeSim W-2024.09', new: 'PrimeSim X-2025.06' }
    expect(await compare(7, '--part', 'jobs')).toContainEqual(expected)
  })

  test('the table has all parts, the largest changes, and how many are not shown', async () => {
    const { stdout, code } = await place.pvt(['results', 'compare', baseId, nextId, '--limit', '11'])
    expect(code).toBe(7)
    expect(stdout).toMatch(/^base \w{8} gpio, .*\nnew {2}\w{8} gpio, /)
    expect(stdout).toMatch(/^DIFFERS +BASE +NEW\nsimulator +\S+ +primesim$/m)
    expect(stdout).toMatch(/^MEASUREMENT +WORST BASE +AT /m)
    expect(stdout.match(/ (missing|changed)$/gm)).toHaveLength(11)
    expect(stdout).toMatch(/\n9 missing, 819 changed, 0 new, 0 same; 817 are not shown: --limit 828\n$/)
  })

  test('CSV has the keys of the JSON', async () => {
    const [row] = await compare(7)
    const { stdout } = await place.pvt(['results', 'compare', baseId, nextId, '-f', 'csv'])
    expect(csvLines(stdout)[0]).toEqual(Object.keys(row!))
    expect(csvLines(stdout)).toHaveLength(829)
  })

  test.each([
    [['--tolerance', 'much'], 2],
    [['--tolerance', '-1%'], 2],
    [['--abs-tolerance', ''], 2],
    [['--part', 'all'], 2],
  ])('%j is exit code %i', async (words, code) => {
    expectFailure(await place.pvt(['results', 'compare', baseId, nextId, ...words]), code, /./)
  })
})

describe('results sensitivity', () => {
  test('a row per measurement and axis, with shares that a plain computation gives', async () => {
    const rows = await place.json<Row[]>(['results', 'sensitivity', '-j', baseId, '--measure', 'del_rr'])
    expect(rows.map(({ axis }) => axis).sort()).toEqual(['corner', 'temperature', 'v1', 'v2'])
    const values = base!.points.map((point) => ({
      point,
      value: base!.truth.get(pointName(point))!.del_rr! * 1e12,
    }))
    const mean = values.reduce((sum, { value }) => sum + value, 0) / values.length
    const total = values.reduce((sum, { value }) => sum + (value - mean) ** 2, 0)
    const between = [...new Set(values.map(({ point }) => point.corner))].reduce((sum, corner) => {
      const group = values.filter(({ point }) => point.corner === corner)
      const middle = group.reduce((all, { value }) => all + value, 0) / group.length
      return sum + group.length * (middle - mean) ** 2
    }, 0)
    const row = rows.find(({ axis }) => axis === 'corner')!
    expect(row.share_percent).toBeCloseTo((between / total) * 100, 6)
    expect(rows.find(({ axis }) => axis === 'temperature')).toMatchObject({
      low_level: '-40',
      high_level: '125',
    })
  })

  test('names the levels that gather failures', async () => {
    const rows = await place.json<Row[]>(['results', 'sensitivity', '-j', nextId, '--measure', 'power'])
    const corner = rows.find(({ axis }) => axis === 'corner')!
    expect(corner).toMatchObject({ lost_level: 'SSG', lost: 1 })
    const levels = corner.levels as { level: string; lost: number }[]
    expect(levels.filter(({ lost }) => lost > 0).map(({ level }) => level)).toEqual(['TT', 'SSG'])
    const { stdout } = await place.pvt(['results', 'sensitivity', '-j', nextId])
    expect(stdout).toMatch(/^power +interactions /m)
  })
})

describe('trend', () => {
  test('a row per job, oldest first, with the extremes of its files', async () => {
    const rows = await place.json<Row[]>(['trend', 'del_rr', '--domain', 'gpio'])
    expect(rows.map(({ job_id }) => job_id)).toEqual([baseId, nextId])
    for (const [index, made] of [base!, next!].entries()) {
      const values = [...made.truth.values()].map((measured) => measured.del_rr!)
      expect(rows[index]).toMatchObject({
        count: values.length,
        min: Math.min(...values),
        max: Math.max(...values),
      })
      expect(rows[index]!.worst).toBe(Math.max(...values))
    }
    expect(await place.json(['trend', 'del_rr', '--domain', 'gpio', '--last', '1'])).toMatchObject([
      { job_id: nextId },
    ])
  })

  test('of some points only', async () => {
    const rows = await place.json<Row[]>(['trend', 'del_rr', '--domain', 'gpio', '--point', 'TT*'])
    expect(rows.map(({ count }) => count)).toEqual([12, 11])
  })

  test('is judged by the limits of the domain', async () => {
    await place.sh("printf 'measurement,min\\ndel_rr,0\\n' >l.csv; pvt limits set l.csv --domain gpio")
    const [row] = await place.json<Row[]>(['trend', 'del_rr', '--domain', 'gpio'])
    expect(row).toMatchObject({ worst: row!.min, margin: row!.min })
    expect((await place.pvt(['trend', 'del_rr', '--domain', 'gpio'])).stdout).toMatch(/MARGIN \[p\]\n/)
  })

  test('is judged at each point by the limits for it', async () => {
    await place.sh(
      "printf 'measurement,max,point\\ndel_rr,1,*\\ndel_rr,0,TT*\\n' >p.csv; pvt limits set p.csv --domain gpio",
    )
    const rows = await place.json<Row[]>(['trend', 'del_rr', '--domain', 'gpio'])
    for (const [index, made] of [base!, next!].entries()) {
      const typical = [...made.truth].filter(([point]) => point.startsWith('TT'))
      const [point, { del_rr: value }] = typical.reduce((a, b) => (b[1].del_rr! > a[1].del_rr! ? b : a)) as [
        string,
        { del_rr: number },
      ]
      expect(rows[index]).toMatchObject({ worst: value, worst_point: point, margin: -value })
    }
    const worst = await place.json<Row[]>(['results', 'compare', baseId, nextId, '--part', 'measurements'], {
      code: 7,
    })
    expect(worst.find(({ measurement }) => measurement === 'del_rr')).toMatchObject({
      ...{ base_worst: rows[0]!.worst, base_point: rows[0]!.worst_point },
      ...{ new_worst: rows[1]!.worst, new_point: rows[1]!.worst_point },
    })
  })

  test('a pipe has no chart unless it asks, in ASCII unless the locale has more', async () => {
    const words = ['trend', 'del_rr', '--domain', 'gpio']
    expect((await place.pvt(words)).stdout).not.toMatch(/[|─]-*o/)
    expect((await place.pvt([...words, '--chart'])).stdout).toMatch(/\|-+o-+\|/)
    const env = { LANG: 'de_DE.UTF-8' }
    expect((await place.pvt([...words, '--chart'], { env })).stdout).toMatch(/├─+●─+┤/)
    expect((await place.pvt([...words, '--chart'], { env: { ...env, LC_ALL: 'C' } })).stdout).toMatch(
      /\|-+o-+\|/,
    )
  })

  test('of a measurement that no job has is wrong usage', async () => {
    expectFailure(
      await place.pvt(['trend', 'nope', '--domain', 'gpio']),
      2,
      /no job of .* has the measurement nope/,
    )
  })
})

describe('results show', () => {
  test('--chart draws a line a corner on the scale of the measurement', async () => {
    const { stdout } = await place.pvt(['results', 'show', '-j', baseId, '--chart', '--measure', 'del_rr'])
    const [header, ...lines] = stdout.trimEnd().split('\n')
    expect(header).toMatch(/^del_rr \[p\] +[\d.]+ +[\d.]+ +MIN +MEAN +MAX +FAILED$/)
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      ...new Set(base!.points.map(({ corner }) => corner)),
    ])
    expect(stdout.match(/\*/g)).toHaveLength(2)
    expect(stdout).toMatch(/\|-+o-+\|/)
  })

  test('the worst value of a column has a sign', async () => {
    const words = ['results', 'show', '-j', baseId, '--measure', 'power']
    const { stdout } = await place.pvt(words)
    const worst = (await place.json<Row[]>(['results', 'summary', '-j', baseId, '--measure', 'power']))[0]!
    expect(stdout.match(/\*/g)).toHaveLength(1)
    expect(
      stdout
        .split('\n')
        .find((line) => line.includes('*'))!
        .startsWith(String(worst.max_point)),
    ).toBe(true)
  })

  const hasScript = ((): boolean => {
    try {
      return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux')
    } catch {
      return false
    }
  })()

  test.skipIf(!hasScript)('a terminal that is too narrow gets it folded, a pipe never', async () => {
    const words = `pvt --no-color results show -j ${baseId} --corner TT`
    const { stdout } = await place.sh(`script -qec 'stty cols 70; ${words}' /dev/null`)
    const lines = stdout.replaceAll('\r', '').split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(70)
    expect(lines.filter((line) => line.startsWith('POINT')).length).toBeGreaterThan(1)
    const piped = await place.sh(words)
    expect(piped.stdout.match(/^POINT/gm)).toHaveLength(1)
  })
})
