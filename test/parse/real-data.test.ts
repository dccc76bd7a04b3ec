import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { impliedPoints } from '../../src/domain/matrix.ts'
import { pointName } from '../../src/domain/point.ts'
import { parseConfigFile } from '../../src/parse/config-file.ts'
import { parseCornerReport, parseCornerReportName } from '../../src/parse/corner-report.ts'
import { parseCreport } from '../../src/parse/creport.ts'
import { parseMeasureFile, recogniseMeasureFile } from '../../src/parse/measure-file.ts'
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
}

const index = realData
  ? readText('measure', 'INDEX.tsv')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t'))
      .map(([file = '', dialect = '']) => ({ file, dialect }))
  : []

describe.skipIf(!realData)('real measure files', () => {
  it.each(index.filter(({ dialect }) => dialect === 'hspice-default'))(
    '$file is read exactly as expected',
    ({ file }) => {
      const expected = JSON.parse(readText('measure', `${file}.expected.json`)) as Expected
      const parsed = parseMeasureFile(readText('measure', file))
      expect(parsed.problems).toEqual([])
      expect(parsed.names).toEqual(expected.names)
      expect(parsed.rows.map((row) => row.values)).toEqual(expected.rows)
      expect({ title: parsed.title, source: parsed.source, version: parsed.version }).toEqual({
        title: expected.title ?? null,
        source: expected.source ?? null,
        version: expected.version ?? null,
      })
      expect(parsed.paramCount).toBe(expected.param_count ?? null)
    },
  )

  it.each(index)('$file is recognised as $dialect', ({ file, dialect }) => {
    const recognised = recogniseMeasureFile(readText('measure', file))
    if (dialect.startsWith('decoy')) expect(recognised).toHaveProperty('refused')
    else expect(recognised).toBe(dialect)
  })

  it.each(index.filter(({ dialect }) => dialect !== 'hspice-default'))(
    '$file gives no numbers or the expected ones',
    ({ file }) => {
      const expected = JSON.parse(readText('measure', `${file}.expected.json`)) as Expected
      const parsed = parseMeasureFile(readText('measure', file))
      if (parsed.rows.length === 0 && expected.rows.length > 0) {
        expect(parsed.problems.map((problem) => problem.level)).toContain('error')
        return
      }
      expect(parsed.rows.map((row) => row.values)).toEqual(expected.rows)
    },
  )
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
