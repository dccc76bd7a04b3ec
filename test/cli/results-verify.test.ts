import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BackupOptions, makeBackup, makeDomain } from '../fixtures/flow.ts'
import { type LiveTree, type LiveTreeOptions, makeLiveTree } from '../fixtures/live-tree.ts'
import { csvLines, expectFailure, openWorkplace, type Run, type Workplace } from './run-pvt.ts'

interface Finding {
  point: string
  problem: string
  measurement: string | null
  alter_number: number | null
  row_number: number | null
  rows: number | null
  sources: Record<string, number | null> | null
}

/** 16 points. */
const config = { '2nd_supply_swp': 'NA', 'gs/gf_corner': 'No', condition: 'hvqk' }
const [first, second, third] = ['TT/typical/m40/v1max', 'TT/typical/125/v1max', 'FSG/typical/m40/v1max']

let place: Workplace
let made = 0

beforeAll(() => {
  place = openWorkplace()
})
afterAll(() => {
  place.remove()
})

/** A domain folder before `bkp`: the folders of the simulations, and the reports of `ext` and `srt`. */
function liveDomain(options: LiveTreeOptions & BackupOptions = {}, reports = 'report'): LiveTree {
  const folder = place.path(`domain-${(made += 1)}`)
  const tree = makeLiveTree(folder, { config, ...options })
  const { backupPath } = makeBackup(folder, options)
  if (reports === '.') cpSync(join(backupPath, 'report'), folder, { recursive: true })
  else renameSync(join(backupPath, 'report'), join(folder, reports))
  rmSync(backupPath, { recursive: true, force: true })
  return tree
}

const verify = (folder: string): Promise<Run> => place.pvt(['results', 'verify', folder])
const findings = (folder: string, code = 7): Promise<Finding[]> =>
  place.json<Finding[]>(['results', 'verify', folder], { code })

const whole = { measurement: null, alter_number: null, row_number: null, rows: null, sources: null }

describe('a sound run', () => {
  test.each(['report', '.'])('of a live tree with its reports in %s is one', async (reports) => {
    const { folder } = liveDomain({}, reports)
    const run = await verify(folder)
    expect(run).toMatchObject({ code: 0, stderr: 'pvt: 16 points expected, 16 sound\n' })
    expect(await place.pvt(['results', 'verify', folder, '--json', '-q'])).toEqual({
      code: 0,
      stdout: '[]\n',
      stderr: '',
    })
    // Nobody has made a database for it.
    expect(() => readFileSync(place.db)).toThrow()
  })

  test('is one in a wrapper', async () => {
    const { folder } = liveDomain()
    const script = 'pvt -q results verify . >wrong.txt || exit 1; echo deleted'
    expect(await place.sh(script, { cwd: folder })).toEqual({ code: 0, stdout: 'deleted\n', stderr: '' })
    rmSync(join(folder, 'report', 'creport.txt'))
    expect(await place.sh(script, { cwd: folder })).toMatchObject({ code: 1, stdout: '' })
  })

  test('of several rows a point, of failed measurements and of files in result/ is one', async () => {
    const { folder } = liveDomain({ alterSweep: ['a', 'b', 'c'], inResultFolder: true })
    expect(await findings(folder, 0)).toEqual([])
    const failed = liveDomain({ failedMeasurements: [{ point: first, name: 'del_rr', text: 'failed' }] })
    expect(await findings(failed.folder, 0)).toEqual([])
  })

  test('whose measure files the flow has deleted is one, and that is told', async () => {
    const { folder, measurePaths } = liveDomain()
    for (const path of [...measurePaths.values()].flat()) rmSync(path)
    const run = await verify(folder)
    expect(run.code).toBe(0)
    expect(run.stderr).toContain(
      '16 sound; no measure files: reports and creport.txt were held against each other',
    )
  })

  test('of a backup is one, by the config.cfg beside it or by a job', async () => {
    const folder = place.path('gpio')
    makeLiveTree(folder, { config })
    const { backupPath } = makeBackup(folder)
    expect(await findings(backupPath, 0)).toEqual([])
    const job = await place.create(['-c', join(folder, 'config.cfg')])
    rmSync(join(folder, 'config.cfg'))
    expect((await place.pvt(['results', 'verify', backupPath, '-j', job])).code).toBe(0)
  })
})

describe('what is wrong', () => {
  test('is found, each of it, in flow order', async () => {
    const { folder, measurePaths } = liveDomain({
      failedPoints: ['SSAG/typical/125/v1max'],
      withoutReport: [third],
      withoutRow: [second],
      creportMisprints: [{ point: first, name: 'del_ff', text: '1.5e-11' }],
    })
    rmSync(measurePaths.get('SFG/typical/m40/v1max')![0]!)
    const found = await findings(folder)
    expect(found).toEqual([
      {
        ...{ point: first, problem: 'disagrees', measurement: 'del_ff' },
        ...{ alter_number: 1, row_number: 1, rows: 1 },
        sources: {
          measure: expect.any(Number) as number,
          report: expect.any(Number) as number,
          creport: 1.5e-11,
        },
      },
      { point: second, problem: 'not_in_creport', ...whole },
      { point: third, problem: 'no_report', ...whole },
      { point: 'SFG/typical/m40/v1max', problem: 'no_measure_file', ...whole },
      { point: 'SSAG/typical/125/v1max', problem: 'empty_report', ...whole },
    ])
    const run = await verify(folder)
    expect(run.code).toBe(7)
    expect(run.stderr).toBe(
      'pvt: 16 points expected, 11 sound; 1 no_report, 1 empty_report, 1 not_in_creport, 1 no_measure_file, 1 disagrees\n',
    )
    expect(run.stdout).toMatch(/^POINT +PROBLEM +MEASUREMENT +ROW +MEASURE +REPORT +CREPORT\n/)
    expect(run.stdout).toMatch(/^TT\/typical\/m40\/v1max +disagrees +del_ff +- +\S+ +\S+ +1\.5e-11$/m)
    const csv = csvLines((await place.pvt(['results', 'verify', folder, '-f', 'csv'])).stdout)
    expect(csv[0]).toEqual(Object.keys(found[0]!))
  })

  test('a digit more or less: what differs in the last one is told, what is written otherwise is not', async () => {
    const { folder } = liveDomain()
    const report = join(folder, 'report', `report_${first.replaceAll('/', '_')}.txt`)
    const text = readFileSync(report, 'utf8')
    const value = text.split('\n')[1]!.split('\t')[0]!
    writeFileSync(report, text.replace(value, value.replace('e', '000e')))
    expect(await findings(folder, 0)).toEqual([])
    writeFileSync(report, text.replace(value, value.replace('e', '001e')))
    expect(await findings(folder)).toMatchObject([
      { point: first, problem: 'disagrees', measurement: 'del_rr' },
    ])
  })

  test('a number against a failure disagrees', async () => {
    const { folder } = liveDomain({ creportMisprints: [{ point: first, name: 'power', text: 'failed' }] })
    expect(await findings(folder)).toMatchObject([{ measurement: 'power', sources: { creport: null } }])
    expect((await verify(folder)).stdout).toMatch(/failed$/m)
  })

  test('rows of a sweep: lost by the report, by creport.txt, by the measure files', async () => {
    const { folder, measurePaths } = liveDomain({ alterSweep: ['a', 'b', 'c'] })
    const report = join(folder, 'report', `report_${first.replaceAll('/', '_')}.txt`)
    const lines = readFileSync(report, 'utf8').split('\n')
    writeFileSync(report, [...lines.slice(0, 2), ''].join('\n'))
    const creport = join(folder, 'report', 'creport.txt')
    const rows = readFileSync(creport, 'utf8').split('\n')
    const lost = rows.findIndex((row) => row.startsWith('TT\ttypical\t125\tmax\tb\t'))
    writeFileSync(creport, rows.filter((_, index) => index !== lost).join('\n'))
    rmSync(measurePaths.get(third)![2]!)
    expect(await findings(folder)).toEqual([
      { ...whole, point: first, problem: 'no_report', alter_number: 2, row_number: 1, rows: 2 },
      { ...whole, point: second, problem: 'not_in_creport', alter_number: 2, row_number: 1, rows: 1 },
      { ...whole, point: third, problem: 'no_measure_file', alter_number: 3, row_number: 1, rows: 1 },
    ])
    expect((await verify(folder)).stdout).toMatch(/no_report +- +alter 2 row 1 and 1 more /)
  })

  test('a report with names and failed values only is empty', async () => {
    const measurements = ['del_rr', 'power']
    const failedMeasurements = measurements.map((name) => ({ point: first, name, text: 'failed' }))
    const { folder } = liveDomain({ measurements, failedMeasurements })
    expect(await findings(folder)).toEqual([{ point: first, problem: 'empty_report', ...whole }])
  })

  test('a whole creport.txt that is not there', async () => {
    const { folder } = liveDomain()
    rmSync(join(folder, 'report', 'creport.txt'))
    const found = await findings(folder)
    expect(found).toHaveLength(16)
    expect(new Set(found.map(({ problem }) => problem))).toEqual(new Set(['not_in_creport']))
    expect((await verify(folder)).stderr).toContain('has no creport.txt')
  })

  test('an extraction whose measure files are gone while another has its own is none', async () => {
    const polo = { ...config, mode: 'polo', postlay_cross_cornerlist: 'custom:TT' }
    const { folder, measurePaths } = liveDomain({ config: polo })
    for (const [point, paths] of measurePaths)
      if (point.includes('/typical/'))
        paths.forEach((path) => {
          rmSync(path)
        })
    expect(await findings(folder, 0)).toEqual([])
    const [cross] = [...measurePaths].find(([point]) => point.includes('cworst'))!
    rmSync(measurePaths.get(cross)![0]!)
    expect(await findings(folder)).toMatchObject([{ point: cross, problem: 'no_measure_file' }])
  })

  test('measure files too large to be held are held against the others, too', async () => {
    const { folder, measurePaths } = liveDomain()
    const [path] = measurePaths.get(first)!
    const text = readFileSync(path!, 'utf8')
    const rows = text.slice(text.indexOf('alter#') + 6).trimStart()
    // Row upon row: more than 2 MiB.
    writeFileSync(path!, text + ` ${rows}`.repeat(Math.ceil(2_200_000 / rows.length)))
    const found = await findings(folder)
    expect(found).toMatchObject([
      { point: first, problem: 'no_report', row_number: 2 },
      { point: first, problem: 'not_in_creport', row_number: 2 },
    ])
    expect(found[0]!.rows).toBeGreaterThan(1000)
  })
})

describe('what is expected', () => {
  test('is that of the job when no path or a job is given, of its domain by default', async () => {
    const { folder } = liveDomain({ withoutRow: [second] })
    const job = await place.create(['-c', join(folder, 'config.cfg'), '--name', 'gpio'])
    const wrong = [{ point: second, problem: 'not_in_creport' }]
    expect(await place.json(['results', 'verify', '-j', job], { code: 7 })).toMatchObject(wrong)
    const inside = join(folder, 'TT')
    expect(await place.json(['results', 'verify'], { code: 7, cwd: inside })).toMatchObject(wrong)
    const more = await place.create(['-c', join(folder, 'config.cfg'), '--set', 'gs/gf_corner=Yes'])
    expect(await place.json<Finding[]>(['results', 'verify', folder, '-j', more], { code: 7 })).toHaveLength(
      5,
    )
  })

  test('is in the backup of the job once nothing is left in its domain', async () => {
    const folder = place.path(`domain-${(made += 1)}`)
    const { backupPath } = makeDomain(folder, { config })
    const job = await place.create(['-d', folder, '-c', join(folder, 'config.cfg')])
    expect((await place.pvt(['results', 'verify', '-j', job])).code).toBe(7)
    await place.pvt(['results', 'import', backupPath, '-j', job])
    const moved = await place.pvt(['results', 'verify', '-j', job])
    expect(moved.code).toBe(0)
    expect(moved.stderr).toContain('16 points expected, 16 sound')
    rmSync(join(backupPath, 'report'), { recursive: true })
    expect(await place.json(['results', 'verify', '-j', job], { code: 7 })).toHaveLength(16)
  })

  test('are the points that the files speak of where nothing else is known', async () => {
    const { folder } = liveDomain({ withoutRow: [second] })
    rmSync(join(folder, 'config.cfg'))
    const job = await place.create(['-d', folder])
    const run = await place.pvt(['results', 'verify', folder, '-j', job])
    expect(run.code).toBe(7)
    expect(run.stderr).toContain('no points are known to be expected')
    expect(run.stderr).toContain('16 points expected, 15 sound')
  })

  test('points that nobody expects are told', async () => {
    const { folder } = liveDomain()
    const text = readFileSync(join(folder, 'config.cfg'), 'utf8')
    writeFileSync(join(folder, 'config.cfg'), text.replace('condition:hvqk', 'condition:perf'))
    expect((await verify(folder)).code).toBe(7)
    writeFileSync(join(folder, 'config.cfg'), text)
    mkdirSync(join(folder, 'XX/typical/typical_m40/v1max'), { recursive: true })
    cpSync(join(folder, 'TT/typical/typical_m40/v1max'), join(folder, 'XX/typical/typical_m40/v1max'), {
      recursive: true,
    })
    const run = await verify(folder)
    expect(run).toMatchObject({ code: 0 })
    expect(run.stderr).toContain('1 point is not among the expected ones')
  })
})

describe('an extraction that has lost everything', () => {
  test('is found, point by point, where the points are known: the flow must not delete the rest', async () => {
    const { folder } = liveDomain()
    for (const name of readdirSync(folder))
      if (name !== 'config.cfg') rmSync(join(folder, name), { recursive: true })
    const lost = await findings(folder)
    expect(lost).toHaveLength(16)
    expect(lost[0]).toEqual({ point: first, problem: 'no_report', ...whole })
    expect((await verify(folder)).stderr).toContain('16 points expected, 0 sound; 16 no_report')
  })

  test('the same when all that is left is unreadable', async () => {
    const { folder } = liveDomain()
    for (const name of readdirSync(folder))
      if (name !== 'config.cfg') rmSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, 'creport.txt'), 'whatever\0')
    const run = await verify(folder)
    expect(run.code).toBe(7)
    expect(run.stderr).toContain('creport.txt')
    expect(run.stdout.match(/no_report/g)).toHaveLength(16)
  })
})

describe('what cannot be read', () => {
  test('a folder that is not there, that is empty, and a single file', async () => {
    expectFailure(await verify('/nowhere'), 3, /there is no \/nowhere/)
    expectFailure(await verify(place.path('home')), 6, /no live tree/)
    const { folder } = liveDomain()
    expectFailure(await verify(join(folder, 'report', 'creport.txt')), 2, /is a single file/)
  })

  test.skipIf(process.getuid?.() === 0)('a measure file that may not be read is no pass', async () => {
    const { folder, measurePaths } = liveDomain()
    chmodSync(measurePaths.get(first)![0]!, 0)
    expect((await verify(folder)).code).toBe(7)
  })

  test('a measure file that is damaged is no pass, and somebody else’s beside the run is left alone', async () => {
    const { folder, measurePaths } = liveDomain()
    writeFileSync(join(folder, 'my_try.mt0'), 'whatever\0')
    expect((await verify(folder)).code).toBe(0)
    writeFileSync(measurePaths.get(first)![0]!, 'whatever\0')
    const run = await verify(folder)
    expect(run.code).toBe(7)
    expect(run.stdout).toMatch(/no_measure_file/)
    expect(run.stderr).toContain('sim_tx.mt0')
  })
})
