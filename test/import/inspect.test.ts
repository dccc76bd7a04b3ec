import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { inspectPath } from '../../src/import/inspect.ts'
import { configText } from '../fixtures/config.ts'
import { type Domain, makeDomain } from '../fixtures/flow.ts'
import { type LiveTree, makeLiveTree, simulationLogText } from '../fixtures/live-tree.ts'
import { hspiceMeasureText } from '../fixtures/measure.ts'
import { failure } from '../support/failure.ts'

/** 16 points. */
const config = { '2nd_supply_swp': 'NA', 'gs/gf_corner': 'No', condition: 'hvqk' }
const failedPoint = 'SSG/typical/125/v1max'
const point = 'FFG/typical/m40/v1max'

let root: string
let folder: string
let count = 0
let domain: Domain
let tree: LiveTree

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'pvt-inspect-')))
  const options = {
    ...{ config, failedPoints: [failedPoint], alterSweep: [0.1, 'high'] },
    failedMeasurements: [{ point, name: 'del_ff', text: 'error' }],
  }
  domain = makeDomain(join(root, 'domain'), options)
  tree = makeLiveTree(join(root, 'live'), { ...options, alterSweep: undefined })
})

beforeEach(() => {
  count += 1
  folder = join(root, `test${count}`)
  mkdirSync(folder)
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

/** Inspects a file of the given name and contents. */
function inspectText(name: string, contents: string | Uint8Array) {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, contents)
  return inspectPath(path)
}

const labels = ({ fields }: ReturnType<typeof inspectPath>): Record<string, unknown> =>
  Object.fromEntries(fields)

describe('a file is known by its content, whatever its name', () => {
  const measure = hspiceMeasureText({ names: ['vout', 'temper', 'alter#'], rows: [[1, 25, 1]] })
  test.each<[string, () => string]>([
    ['creport', () => readFileSync(domain.creportPath, 'utf8')],
    ['corner report', () => readFileSync(domain.reportPaths.get(point)!, 'utf8')],
    ['corner report', () => readFileSync(domain.reportPaths.get(failedPoint)!, 'utf8')],
    ['measure file', () => measure],
    ['config', () => configText()],
    ['simulation log', () => simulationLogText('/x', domain.configuration, domain.rows.get(point))],
  ])('a %s', (kind, text) => {
    for (const name of ['a', 'creport.txt', 'report.txt', 'x.mt0', 'x.log']) {
      expect([name, inspectText(name, text()).value.kind]).toEqual([name, kind])
    }
    expect(inspectText('crlf', text().replaceAll('\n', '\r\n')).value.kind).toBe(kind)
  })
})

test('a creport: what its preamble says, and every row of the sweep', () => {
  const inspection = inspectPath(domain.creportPath)
  expect(inspection.value).toMatchObject({
    ...{
      kind: 'creport',
      path: domain.creportPath,
      supplies: { v1: 'vcc', v2: 'NA', v3: 'NA' },
      problems: [],
    },
    ...{ names: domain.measurements },
  })
  expect(labels(inspection)).toMatchObject({
    kind: 'creport',
    v1: 'vcc',
    measurements: 9,
    rows: 30,
    points: 15,
  })
  const rows = inspection.value.rows as Record<string, unknown>[]
  expect(rows).toEqual(
    [...domain.rows].flatMap(([name, steps]) =>
      steps.map(({ swp, alter, measurements, failed }) => ({
        ...{ point: name, alter_number: alter, sweep: { swp }, measurements, failed },
      })),
    ),
  )
  const shown = inspection.table.rows.filter((row) => row.point === point)
  expect(shown.map(({ del_ff }) => del_ff)).toEqual(['error', 'error'])
  expect(inspection.table.names).toEqual(['point', ...domain.measurements])
})

describe('a corner report', () => {
  test('has its point from its name, and its values', () => {
    const { value } = inspectPath(domain.reportPaths.get(point)!)
    expect(value).toMatchObject({ point, simulation_failed: false, names: domain.measurements, problems: [] })
    expect((value.rows as { measurements: unknown }[]).map(({ measurements }) => measurements)).toEqual(
      domain.rows.get(point)!.map(({ measurements }) => measurements),
    )
  })

  test('of a failed simulation says so', () => {
    const inspection = inspectPath(domain.reportPaths.get(failedPoint)!)
    expect(inspection.value).toMatchObject({
      point: failedPoint,
      simulation_failed: true,
      rows: [],
      names: [],
    })
    expect(labels(inspection).simulation).toMatch(/^failed/)
  })

  test('whose name tells no point has none', () => {
    const text = readFileSync(domain.reportPaths.get(point)!, 'utf8')
    expect(inspectText('report_.txt', text).value).toMatchObject({ kind: 'corner report', point: null })
  })

  test('that is empty is a problem', () => {
    expect(inspectText('report_TT_typical_85_v1nom.txt', '').value).toMatchObject({
      ...{ kind: 'corner report', point: 'TT/typical/85/v1nom', problems: [{ level: 'error' }] },
    })
  })
})

describe('a measure file', () => {
  test('has all names, numbers and nulls as JSON, the texts in the table', () => {
    const names = ['vout', 'tplh', 'temper', 'alter#']
    const text = hspiceMeasureText({ title: '* a b', names, rows: [[1.5, null, 25, 1]], version: 'X-1' })
    const inspection = inspectText('x.mt0', text)
    expect(inspection.value).toMatchObject({
      ...{ kind: 'measure file', dialect: 'hspice-default', title: '* a b', source: 'PrimeSim HSPICE' },
      ...{ version: 'X-1', param_count: null, point: null, names, rows: [[1.5, null, 25, 1]], problems: [] },
    })
    expect(inspection.table).toEqual({
      names,
      rows: [{ vout: 1.5, tplh: 'failed', temper: 25, 'alter#': 1 }],
    })
    expect(labels(inspection)).toMatchObject({ 'written by': 'PrimeSim HSPICE X-1', point: null, rows: 1 })
  })

  test('in the live tree has its point', () => {
    const [path] = tree.measurePaths.get(point)!
    expect(inspectPath(path!).value).toMatchObject({ kind: 'measure file', point, param_count: 0 })
  })
})

test('a config: its values as the flow sees them, and its points', () => {
  const inspection = inspectPath(domain.configPath)
  expect(inspection.value).toMatchObject({
    ...{ kind: 'config', configuration: domain.configuration, total_simulations: 16, problems: [] },
    points: domain.points.map(pointName),
  })
  expect(labels(inspection)).toMatchObject({ 'CPU #': 4, condition: 'hvqk', 'PVT points': 16 })
  expect(inspection.table.rows).toEqual(domain.points.map((each) => ({ point: pointName(each) })))
  // By its name alone, however little is in it.
  expect(inspectText('config.cfg', 'nothing\n').value).toMatchObject({
    kind: 'config',
    total_simulations: 44,
  })
})

test('a simulation log: of success and of failure', () => {
  const log = (name: string): string => join(dirname(tree.measurePaths.get(point)![0]!), '../../../..', name)
  expect(inspectPath(log('FFG/typical/typical_m40/v1max/sim_tx.log')).value).toMatchObject({
    ...{
      kind: 'simulation log',
      simulator: 'primesim',
      success: true,
      elapsed_seconds: 282,
      point,
      warnings: 1,
    },
  })
  const failed = simulationLogText('/x/SSG/typical/typical_125/v1max', domain.configuration, undefined)
  expect(inspectText('a.log', `PrimeSim version 1\n${failed}`).value).toMatchObject({
    ...{ kind: 'simulation log', success: false, elapsed_seconds: null, measures: null, point: failedPoint },
  })
})

describe('a folder', () => {
  test('a backup, with what was attempted in vain', () => {
    const inspection = inspectPath(domain.backupPath)
    expect(inspection.value).toEqual({
      ...{ kind: 'backup folder', path: domain.backupPath, creport: domain.creportPath, reports: 16 },
      ...{
        measure_files: 0,
        points: 15,
        attempted_without_result: [failedPoint],
        names: domain.measurements,
      },
      ...{ rows: 30, disagreements: [], problems: [] },
    })
    expect(labels(inspection)).toMatchObject({ kind: 'backup folder', disagreements: 0 })
  })

  test('a domain, with its measure files', () => {
    expect(inspectPath(tree.folder).value).toMatchObject({
      ...{ kind: 'domain folder', creport: null, reports: 0, measure_files: 15, points: 15, problems: [] },
    })
  })
})

describe('what is none of these', () => {
  test.each<[string, string | Uint8Array]>([
    ['empty', ''],
    ['prose', 'It was a dark and stormy night.\n'],
    ['JSON', '{"a": 1}\n'],
    ['HTML', '<!doctype html>\n<p>not found\n'],
    ['a netlist', '* netlist\n.tran 1p 20n\n.end\n'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'],
    ['binary', Buffer.from([0, 1, 2, 3])],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0])],
  ])('%s is bad input, with its path', async (name, contents) => {
    const error = await failure(Promise.resolve().then(() => inspectText(name, contents)))
    expect(error.code).toBe('bad_input')
    expect(error.message).toContain(join(folder, name))
  })

  test('a path that is not there, a folder without anything of the flow, a device', async () => {
    const failureOf = (path: string) => failure(Promise.resolve().then(() => inspectPath(path)))
    expect(await failureOf(join(folder, 'nowhere'))).toMatchObject({ code: 'file_not_found' })
    expect(await failureOf(folder)).toMatchObject({ code: 'bad_input' })
    expect(await failureOf('/dev/zero')).toMatchObject({ code: 'bad_input' })
  })
})
