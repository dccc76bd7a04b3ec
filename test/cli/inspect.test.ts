import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { type ConfigOverrides, configText } from '../fixtures/config.ts'
import { type Domain, makeDomain } from '../fixtures/flow.ts'
import { makeLiveTree } from '../fixtures/live-tree.ts'
import { hspiceMeasureText } from '../fixtures/measure.ts'
import { csvLines, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
let domain: Domain
const failedPoint = 'TT/typical/m40/v1min_v2max'

beforeAll(() => {
  // Without a database: whoever opens one here is told off.
  place = openWorkplace('')
  domain = makeDomain(place.path('domain'), { failedPoints: [failedPoint] })
})

afterAll(() => {
  place.remove()
})

/** As JSON; inspect needs no database, so there is none. */
const inspect = (path: string, code = 0): Promise<Record<string, unknown>> =>
  place.json(['inspect', path], { code, env: { PVT_DB: place.path('none/pvt.db') } })
const table = async (path: string, ...words: string[]): Promise<string> =>
  (await place.pvt(['inspect', path, ...words], { env: { PVT_DB: place.path('none/pvt.db') } })).stdout

test('no database is made', async () => {
  await inspect(domain.configPath)
  expect(existsSync(place.path('none'))).toBe(false)
})

describe('a measure file', () => {
  const names = ['tplh', 'a_name_of_twenty_chr', 'tphl', 'temper', 'alter#']
  const rows = [
    [4.408e-12, -2.578e-4, null, 25, 1],
    [5.5e-12, 0, 1.25e-11, 25, 2],
  ]

  test('as JSON: every name in file order, rows of numbers and nulls', async () => {
    const file = place.path('sim_tx.mt0')
    writeFileSync(file, hspiceMeasureText({ title: '* inverter', names, rows }))
    expect(await inspect(file)).toMatchObject({
      ...{ kind: 'measure file', dialect: 'hspice-default', title: '* inverter', names, rows, problems: [] },
    })
  })

  test('as CSV and as a table', async () => {
    const file = place.path('sim_tx.mt0')
    writeFileSync(file, hspiceMeasureText({ names, rows }))
    expect(csvLines(await table(file, '-f', 'csv'))).toEqual([
      names,
      ['4.408e-12', '-0.0002578', 'failed', '25', '1'],
      ['5.5e-12', '0', '1.25e-11', '25', '2'],
    ])
    expect(await table(file)).toMatch(
      /^kind +measure file\n(?:.+\n)+\ntplh +a_name_of_twenty_chr +tphl +temper +alter#\n/,
    )
  })

  test('its point is told by its folders', async () => {
    const tree = makeLiveTree(place.path('live'))
    const [name, [path]] = [...tree.measurePaths][5]! as [string, [string]]
    expect(await inspect(path)).toMatchObject({
      point: name,
      names: [...Object.keys(tree.truth.get(name)!), 'temper', 'alter#'],
    })
  })
})

describe('a config', () => {
  const oneSupply = { '2nd_supply_swp': 'NA', '3rd_supply_swp': 'NA', 'gs/gf_corner': 'No' }
  const cases: [string, ConfigOverrides, number][] = [
    ['prelay, one supply', oneSupply, 44],
    ['prelay, gs/gf, two supplies', {}, 92],
    ['polo, one supply', { ...oneSupply, mode: 'polo' }, 92],
    [
      'polo, three supplies, full',
      { mode: 'polo', '3rd_supply_swp': 'vccn', postlay_cross_cornerlist: 'full' },
      488,
    ],
    ['hvqk', { 'gs/gf_corner': 'No', condition: 'hvqk' }, 16],
    ['custom corners', { mode: 'polo', postlay_cross_cornerlist: 'custom:TT FFG' }, 92 + 4 * 2 * 5],
  ]

  test.concurrent.each(cases)('%s: its values and the points that it implies', async (_, config, count) => {
    const folder = place.path(`config-${count}-${config.mode ?? ''}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(`${folder}/config.cfg`, configText(config))
    const found = await inspect(`${folder}/config.cfg`)
    expect(found).toMatchObject({ kind: 'config', total_simulations: count, warnings: [], problems: [] })
    expect(found.points).toHaveLength(count)
    expect(new Set(found.points as string[]).size).toBe(count)
    for (const name of found.points as string[])
      expect(name).toMatch(/^[A-Z_]+\/\w+\/(m40|125|85|100)\/v1\w+$/)
  })

  test('points are in the order of the loops', async () => {
    const { points } = await inspect(domain.configPath)
    expect(points).toEqual(domain.points.map(pointName))
  })

  test('what the flow reads otherwise is a warning with its line', async () => {
    const file = place.path('config.cfg')
    writeFileSync(file, configText({ speeed: '9', sim_mode: 'dd' }, { lastLineWithoutNewline: true }))
    const { warnings } = await inspect(file)
    expect(
      (warnings as { line: number; level: string }[]).map(({ line, level }) => [line, level]).sort(),
    ).toEqual([
      [12, 'warning'],
      [16, 'warning'],
    ])
    expect(await table(file)).toMatch(/^warning +line 12: .*dd/m)
  })
})

test('a creport: supplies, rails, names and a row per line', async () => {
  const found = await inspect(domain.creportPath)
  expect(found).toMatchObject({ kind: 'creport', names: domain.measurements, problems: [] })
  const rows = found.rows as { point: string; measurements: Record<string, number> }[]
  expect(rows.map(({ point }) => point)).toEqual([...domain.truth.keys()])
  expect(new Map(rows.map(({ point, measurements }) => [point, measurements]))).toEqual(domain.truth)
})

test('a corner report: its point from the name, its values, or that there are none', async () => {
  const [good, path] = [...domain.reportPaths][0]!
  expect(await inspect(path)).toMatchObject({
    ...{ kind: 'corner report', point: good, simulation_failed: false },
    rows: [{ measurements: domain.truth.get(good) }],
  })
  expect(await inspect(domain.reportPaths.get(failedPoint)!)).toMatchObject({
    ...{ kind: 'corner report', point: failedPoint, simulation_failed: true, rows: [] },
  })
})

test('a simulation log: simulator, success, times, memory and warnings', async () => {
  const tree = makeLiveTree(place.path('logs'), { failedPoints: [failedPoint] })
  const log = (folder: string): string => `${tree.folder}/TT/typical/typical_m40/${folder}/sim_tx.log`
  expect(await inspect(log('v1min_v2min'))).toMatchObject({
    ...{
      kind: 'simulation log',
      simulator: 'primesim',
      success: true,
      elapsed_seconds: 282,
      cpu_seconds: 478.1,
    },
    ...{ peak_memory_mb: 3507.9, measures: 9, point: 'TT/typical/m40/v1min_v2min' },
    warnings: 1,
  })
})

test('a backup folder: its files, points, and what was attempted in vain', async () => {
  expect(await inspect(domain.backupPath)).toMatchObject({
    ...{
      kind: 'backup folder',
      creport: domain.creportPath,
      reports: 92,
      measure_files: 0,
      points: 91,
      rows: 91,
    },
    ...{
      attempted_without_result: [failedPoint],
      names: domain.measurements,
      disagreements: [],
      problems: [],
    },
  })
})

test('a domain folder: its live tree', async () => {
  const tree = makeLiveTree(place.path('tree'))
  expect(await inspect(tree.folder)).toMatchObject({ kind: 'domain folder', measure_files: 92, points: 92 })
})
