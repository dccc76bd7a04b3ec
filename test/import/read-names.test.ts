import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pointName, toPoint } from '../../src/domain/point.ts'
import { findFiles } from '../../src/import/find-files.ts'
import { readSources } from '../../src/import/read-sources.ts'
import { hspiceMeasureText } from '../fixtures/measure.ts'
import { folder } from './found-files.ts'
import { make, point, pointsOf, read } from './found-sources.ts'

describe('the names of reports', () => {
  test.each([
    ['report_MY_CORNER_typical_m40_v1max.txt', 'MY_CORNER/typical/m40/v1max'],
    ['report_FFG_SSG_cworst_CCworst_T_125_v1max_v2min.txt', 'FFG_SSG/cworst_CCworst_T/125/v1max_v2min'],
    ['report_A_B_rcbest_CCbest_T_m12.5_v1min_v2max_v3nom.txt', 'A_B/rcbest_CCbest_T/m12.5/v1min_v2max_v3nom'],
    ['report_SSG_FFG_my_extraction_125_v1nom.txt', 'SSG_FFG/my_extraction/125/v1nom'],
  ])('are read from the right: %s', (name, expected) => {
    const domain = make()
    cpSync(domain.reportPaths.get(point)!, join(folder, name))
    const { attempted, rows } = read(join(folder, name))
    expect([...attempted, ...rows.map((row) => row.point)].map(pointName)).toEqual([expected, expected])
  })

  test('with an extraction and a corner that nobody knows: creport.txt spells them out', () => {
    const domain = make()
    const creport = readFileSync(domain.creportPath, 'utf8').replaceAll('FFG\ttypical', 'X_Y\tz_typical')
    writeFileSync(domain.creportPath, creport)
    for (const [name, path] of domain.reportPaths) {
      if (!name.startsWith('FFG/')) continue
      cpSync(path, path.replace('FFG_typical', 'X_Y_z_typical'))
      rmSync(path)
    }
    const sources = read(domain.backupPath)
    expect(sources.problems).toEqual([])
    expect(pointsOf(sources, 'report').sort()).toEqual(pointsOf(sources, 'creport').sort())
    expect(pointsOf(sources, 'report')).toContain('X_Y/z_typical/m40/v1max')
  })

  test.each(['report_.txt', 'report_TT.txt', 'report_TT_typical_m40.txt', 'report_TT_typical_hot_v1max.txt'])(
    'that tell no point are a problem: %s',
    (name) => {
      const domain = make()
      cpSync(domain.reportPaths.get(point)!, join(domain.backupPath, 'report', name))
      const sources = read(domain.backupPath)
      expect(sources.problems).toMatchObject([
        { line: null, level: 'error', message: expect.stringContaining('its name does not tell') as string },
      ])
      expect(sources.rows).toHaveLength(32)
    },
  )
})

test('names that the header of creport.txt lacks are those of the first report that has any', () => {
  const domain = make({ headerWithoutNames: true, failedPoints: ['FFAG/typical/125/v1max'] })
  const sources = read(domain.backupPath)
  expect(sources.problems.filter(({ level }) => level === 'error')).toEqual([])
  const creport = sources.rows.filter(({ source }) => source === 'creport')
  expect(creport.map((row) => row.measurements)).toEqual([...domain.truth.values()])
  expect(creport.map(({ temper, point: at }) => temper === at.temperature_c)).not.toContain(false)
})

test('without a report that has names, nothing of such a creport.txt is read', () => {
  const domain = make({ headerWithoutNames: true })
  for (const path of domain.reportPaths.values()) rmSync(path)
  expect(read(domain.backupPath)).toMatchObject({ rows: [], problems: [{ level: 'error', line: 10 }] })
})

describe('a measure file', () => {
  const text = hspiceMeasureText({ names: ['vout', 'temper', 'alter#'], rows: [[1, 25, 1]] })

  test('whose folders tell no point: the one that is given, else a problem', () => {
    const path = join(folder, 'sim_tx.mt0')
    writeFileSync(path, text)
    expect(read(path)).toMatchObject({ rows: [], attempted: [], problems: [{ file: path, level: 'error' }] })
    const given = toPoint('TT', 'typical', '25', 'v1nom')
    expect(readSources(findFiles(path), given)).toMatchObject({ rows: [{ point: given }], problems: [] })
  })

  test('whose folders tell its point keeps it, whatever is given', () => {
    const place = join(folder, 'TT/typical/typical_25/v1nom')
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'sim_tx.mt0'), text)
    const { rows } = readSources(
      findFiles(join(place, 'sim_tx.mt0')),
      toPoint('SSG', 'typical', '85', 'v1max'),
    )
    expect(rows.map((row) => pointName(row.point))).toEqual(['TT/typical/25/v1nom'])
  })

  test('simulated at another temperature than its folder says is read, with a warning', () => {
    const place = join(folder, 'TT/typical/typical_85/v1nom')
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'sim_tx.mt0'), text)
    expect(read(folder)).toMatchObject({
      rows: [{ temper: 25 }],
      problems: [{ level: 'warning', message: expect.stringMatching(/temper is 25.*85 °C/) as string }],
    })
  })

  test('a sweep at another temperature is one warning; the last digits of a temperature are none', () => {
    const write = (temperature: string, temper: number, count: number): void => {
      const place = join(folder, `TT/typical/typical_${temperature}/v1nom`)
      mkdirSync(place, { recursive: true })
      const rows = Array.from({ length: count }, (_, index) => [index, temper, 1])
      const names = ['vout', 'temper', 'alter#']
      writeFileSync(join(place, 'sim_tx.mt0'), hspiceMeasureText({ names, rows, digits: 9 }))
    }
    write('85', 25, 5)
    write('100', 100.0000001, 1)
    expect(read(folder).problems.map(({ line, message }) => [line, message])).toEqual([
      [4, 'temper is 25, but the point TT/typical/85/v1nom has 85 °C; so in 4 more of its rows'],
    ])
  })
})
