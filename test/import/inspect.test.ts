import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { inspectPath } from '../../src/import/inspect.ts'
import type { Inspection } from '../../src/import/inspection.ts'
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
async function inspectText(name: string, contents: string | Uint8Array) {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, contents)
  return inspectPath(path)
}

const labels = ({ fields }: Inspection): Record<string, unknown> => Object.fromEntries(fields)

describe('a file is known by its content, whatever its name', () => {
  const measure = hspiceMeasureText({ names: ['vout', 'temper', 'alter#'], rows: [[1, 25, 1]] })
  test.each<[string, () => string]>([
    ['creport', () => readFileSync(domain.creportPath, 'utf8')],
    ['corner report', () => readFileSync(domain.reportPaths.get(point)!, 'utf8')],
    ['corner report', () => readFileSync(domain.reportPaths.get(failedPoint)!, 'utf8')],
    ['measure file', () => measure],
    ['config', () => configText()],
    ['simulation log', () => simulationLogText('/x', domain.configuration, domain.rows.get(point))],
  ])('a %s', async (kind, text) => {
    for (const name of ['a', 'creport.txt', 'report.txt', 'x.mt0', 'x.log']) {
      expect([name, (await inspectText(name, text())).value.kind]).toEqual([name, kind])
    }
    expect((await inspectText('crlf', text().replaceAll('\n', '\r\n'))).value.kind).toBe(kind)
  })
})

test('a creport: what its preamble says, and every row of the sweep', async () => {
  const inspection = await inspectPath(domain.creportPath)
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
  test('has its point from its name, and its values', async () => {
    const { value } = await inspectPath(domain.reportPaths.get(point)!)
    expect(value).toMatchObject({ point, simulation_failed: false, names: domain.measurements, problems: [] })
    expect((value.rows as { measurements: unknown }[]).map(({ measurements }) => measurements)).toEqual(
      domain.rows.get(point)!.map(({ measurements }) => measurements),
    )
  })

  test('of a failed simulation says so', async () => {
    const inspection = await inspectPath(domain.reportPaths.get(failedPoint)!)
    expect(inspection.value).toMatchObject({
      point: failedPoint,
      simulation_failed: true,
      rows: [],
      names: [],
    })
    expect(labels(inspection).simulation).toMatch(/^failed/)
  })

  test('whose name tells no point has none', async () => {
    const text = readFileSync(domain.reportPaths.get(point)!, 'utf8')
    expect((await inspectText('report_.txt', text)).value).toMatchObject({
      kind: 'corner report',
      point: null,
    })
  })

  test('that is empty is a problem', async () => {
    expect((await inspectText('report_TT_typical_85_v1nom.txt', '')).value).toMatchObject({
      ...{ kind: 'corner report', point: 'TT/typical/85/v1nom', problems: [{ level: 'error' }] },
    })
  })
})

describe('a measure file', () => {
  test('has all names, numbers and nulls as JSON, the texts in the table', async () => {
    const names = ['vout', 'tplh', 'temper', 'alter#']
    const text = hspiceMeasureText({ title: '* a b', names, rows: [[1.5, null, 25, 1]], version: 'X-1' })
    const inspection = await inspectText('x.mt0', text)
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

  test('in the live tree has its point', async () => {
    const [path] = tree.measurePaths.get(point)!
    expect((await inspectPath(path!)).value).toMatchObject({ kind: 'measure file', point, param_count: 0 })
  })
})

test('a config: its values as the flow sees them, and its points', async () => {
  const inspection = await inspectPath(domain.configPath)
  expect(inspection.value).toMatchObject({
    ...{ kind: 'config', configuration: domain.configuration, total_simulations: 16, problems: [] },
    points: domain.points.map(pointName),
  })
  expect(labels(inspection)).toMatchObject({ 'CPU #': 4, condition: 'hvqk', 'PVT points': 16 })
  expect(inspection.table.rows).toEqual(domain.points.map((each) => ({ point: pointName(each) })))
  // By its name alone, however little is in it.
  expect((await inspectText('config.cfg', 'nothing\n')).value).toMatchObject({
    kind: 'config',
    total_simulations: 44,
  })
})

test('a simulation log: of success and of failure', async () => {
  const log = (name: string): string => join(dirname(tree.measurePaths.get(point)![0]!), '../../../..', name)
  expect((await inspectPath(log('FFG/typical/typical_m40/v1max/sim_tx.log'))).value).toMatchObject({
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
  expect((await inspectText('a.log', `PrimeSim version 1\n${failed}`)).value).toMatchObject({
    ...{ kind: 'simulation log', success: false, elapsed_seconds: null, measures: null, point: failedPoint },
  })
})

describe('a folder', () => {
  test('a backup, with what was attempted in vain', async () => {
    const inspection = await inspectPath(domain.backupPath)
    expect(inspection.value).toEqual({
      ...{ kind: 'backup folder', path: domain.backupPath, creport: domain.creportPath, reports: 16 },
      ...{
        measure_files: 0,
        points: 15,
        attempted_without_result: [failedPoint],
        names: domain.measurements,
      },
      ...{ rows: 30, disagreements: [], problems: [], left_alone: [] },
    })
    expect(labels(inspection)).toMatchObject({ kind: 'backup folder', disagreements: 0 })
  })

  test('a domain, with its measure files', async () => {
    expect((await inspectPath(tree.folder)).value).toMatchObject({
      ...{ kind: 'domain folder', creport: null, reports: 0, measure_files: 15, points: 15, problems: [] },
    })
  })
})

describe('a folder with more than is held', () => {
  test('the rows of a large measure file are counted, and what is wrong in it is told', async () => {
    const rows = Array.from({ length: 60_000 }, (_, row) => [row + 1, 1.5e-12, 85, 1])
    const names = ['index', 'tplh', 'temper', 'alter#']
    const text = hspiceMeasureText({ names, rows, paramCount: 1, wrap: 'none' })
    await inspectText('TT/typical/typical_85/v1nom/sim_tx.mt0', `${text} 60001 1e-12\n`)
    const { value } = await inspectPath(folder)
    expect(value).toMatchObject({ points: 1, rows: 60_000, names: ['tplh'], attempted_without_result: [] })
    expect(value.problems).toMatchObject([{ level: 'error', line: 60_004 }])
  })

  test('a packed measure file is left alone and named, one in capitals is read', async () => {
    const text = hspiceMeasureText({ names: ['tplh', 'temper', 'alter#'], rows: [[1, 85, 1]] })
    await inspectText('TT/typical/typical_85/v1nom/SIM_TX.MT0', text)
    const packed = join(folder, 'TT/typical/typical_85/v1max/sim_tx.mt0.gz')
    mkdirSync(dirname(packed))
    writeFileSync(packed, Buffer.from([0x1f, 0x8b, 8, 0]))
    const inspection = await inspectPath(folder)
    expect(inspection.value).toMatchObject({ points: 1, rows: 1, left_alone: [packed] })
    expect(inspection.fields).toContainEqual(['left alone', packed])
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
