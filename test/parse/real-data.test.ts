import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { impliedPoints } from '../../src/domain/matrix.ts'
import { pointName } from '../../src/domain/point.ts'
import { parseConfigFile } from '../../src/parse/config-file.ts'
import { parseCornerReport, parseCornerReportName } from '../../src/parse/corner-report.ts'
import { parseCreport } from '../../src/parse/creport.ts'
import { parseMeasureFile, recogniseMeasureFile, toMeasuredRows } from '../../src/parse/measure-file.ts'
import { decodeText } from '../../src/parse/text.ts'

/** Third-party files, never copied into the project: a folder with `backups/` and `measure/`. */
const realData = process.env.PVT_REAL_DATA
const folder = realData ?? '/nowhere'

function readText(...path: string[]): string {
  const decoded = decodeText(readFileSync(join(folder, ...path)))
  if ('refused' in decoded) throw new Error(decoded.refused)
  return decoded.text
}

if (!realData) test('the real files were skipped: PVT_REAL_DATA is not set', () => {})

interface Expected {
  names: string[]
  rows: (number | null)[][]
  title?: string
  source?: string
  version?: string
  param_count?: number
  non_scalar?: unknown[]
}

const headFields = ['title', 'source', 'version', 'param_count']

const index = realData
  ? readText('measure', 'INDEX.tsv')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t'))
      .map(([file = '', dialect = '']) => ({ file, dialect }))
  : []

describe.skipIf(!realData)('real measure files', () => {
  const isRefused = (dialect: string): boolean =>
    dialect.startsWith('decoy') || dialect === 'hspice-default-headerless'

  it.each(index.filter(({ dialect }) => !isRefused(dialect)))(
    '$file is read exactly as expected',
    ({ file }) => {
      const expected = JSON.parse(readText('measure', `${file}.expected.json`)) as Expected
      const { names, rows, title, source, version, paramCount, problems } = parseMeasureFile(
        readText('measure', file),
      )
      expect(names).toEqual(expected.names)
      expect(rows.map((row) => row.values)).toEqual(expected.rows)
      expect({ title, source, version, param_count: paramCount }).toMatchObject(
        Object.fromEntries(Object.entries(expected).filter(([key]) => headFields.includes(key))),
      )
      const unexpected = problems.filter(({ message }) => !message.includes('is a Fourier table'))
      expect(unexpected).toEqual([])
      expect(problems).toHaveLength(expected.non_scalar?.length ?? 0)
    },
  )

  it.each(index.filter(({ dialect }) => isRefused(dialect)))('$file is refused', ({ file }) => {
    const { names, rows, problems } = parseMeasureFile(readText('measure', file))
    expect([names, rows]).toEqual([[], []])
    expect(problems).toEqual([expect.objectContaining({ level: 'error', line: null })])
  })

  it.each(index)('$file is recognised as $dialect', ({ file, dialect }) => {
    const recognised = recogniseMeasureFile(readText('measure', file))
    if (dialect.startsWith('decoy')) expect(recognised).toHaveProperty('refused')
    else expect(recognised).toBe(dialect)
  })

  it.each(index.filter(({ dialect }) => !isRefused(dialect)))(
    '$file gives its measurements once each, apart from sweep, temper and alter#',
    ({ file }) => {
      const parsed = parseMeasureFile(readText('measure', file))
      for (const { sweep, measurements, failed } of toMeasuredRows(parsed)) {
        const measured = Object.keys(measurements)
        expect([...Object.keys(sweep), ...measured].sort()).toEqual(
          parsed.names.filter((name) => name !== 'temper' && name !== 'alter#').sort(),
        )
        expect(Object.keys(failed)).toEqual(measured.filter((name) => measurements[name] === null))
      }
    },
  )

  it.each([
    ['rksingh23-DRAM_Sweep.mt0', ['index', 'p_fin', 'loadcap']],
    ['GabriellJacinto-6V.mt30.csv', ['index', 'nmos@var', 'pmos@varp']],
    ['GabriellJacinto-out.mt0.csv', ['index']],
    ['GabriellJacinto-nand.mt0', ['index', 'montecarlo_iteration']],
    ['GabriellJacinto-nand.measure', ['montecarlo_iteration']],
    ['bee31441-2-vco.mt0', ['vin']],
    ['Xyce-FindTest.cir.mt0', []],
  ])('%s is swept by %j', (file, sweep) => {
    expect(parseMeasureFile(readText('measure', file)).sweepNames).toEqual(sweep)
  })

  it.each(['NAND2_var', 'soma', 'nand'])('%s says the same in both forms of Spectre', (run) => {
    const [rows, logged] = ['mt0', 'measure'].map((form) =>
      toMeasuredRows(parseMeasureFile(readText('measure', `GabriellJacinto-${run}.${form}`))),
    )
    expect(rows!.map((row) => row.measurements)).toEqual(logged!.map((row) => row.measurements))
  })
})

describe.skipIf(!realData).each([
  { backup: 'gpio-1p1v', run: '00bkp_202506161234', rowCount: 92, measurements: 9 },
  { backup: 'prelay', run: '00bkp_202508191107', rowCount: 44, measurements: 2 },
])('the real backup $backup', ({ backup, run, rowCount, measurements }) => {
  const report = (file: string): string => readText('backups', backup, run, 'report', file)

  it(`has ${rowCount} rows in the order of its configuration, without problems`, () => {
    const creport = parseCreport(report('creport.txt'))
    expect(creport.problems).toEqual([])
    expect(creport.names).toHaveLength(measurements)
    const { configuration } = parseConfigFile(readText('backups', backup, 'config.cfg'))
    expect(creport.rows.map((row) => pointName(row.point))).toEqual(
      impliedPoints(configuration).map(pointName),
    )
    expect(creport.rows).toHaveLength(rowCount)
  })

  it('has a report for every row, with the same values', () => {
    const creport = parseCreport(report('creport.txt'))
    const rows = new Map(creport.rows.map((row) => [pointName(row.point), row]))
    const files = readdirSync(join(folder, 'backups', backup, run, 'report')).filter((name) =>
      name.startsWith('report_'),
    )
    expect(files).toHaveLength(rowCount)
    for (const file of files) {
      const point = parseCornerReportName(file)!
      const parsed = parseCornerReport(report(file))
      const row = rows.get(pointName(point))!
      expect(parsed.problems).toEqual([])
      expect(parsed.rows).toHaveLength(1)
      expect({ ...parsed.rows[0], line: row.line, point }).toEqual(row)
    }
  })
})

describe.skipIf(!realData)('the real configurations', () => {
  it('prelay warns of its two misspelt supplies only', () => {
    const { problems, knownKeys } = parseConfigFile(readText('backups', 'prelay', 'config.cfg'))
    expect(knownKeys).toBe(15)
    expect(problems.map((problem) => problem.line)).toEqual([4, 6])
    expect(problems[0]?.message).toContain('the sweep has no effect')
  })

  it('gpio-1p1v needs no warning', () => {
    expect(parseConfigFile(readText('backups', 'gpio-1p1v', 'config.cfg')).problems).toEqual([])
  })
})
