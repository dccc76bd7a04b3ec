import { describe, expect, it } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { parseCornerReport, parseCornerReportName } from '../../src/parse/corner-report.ts'

const row = (...fields: string[]): string => fields.join('\t') + '\t'.repeat(102 - fields.length) + '\n'
const header = row('ioh', 'vwkp', 'temper', 'alter#')

describe('parseCornerReport', () => {
  it('gives names without the bookkeeping, and the rows', () => {
    const text = header + row('-1.5e-04', '9.8e-01', '-4.00000000e+01', '1.00000000e+00')
    expect(parseCornerReport(text)).toEqual({
      names: ['ioh', 'vwkp'],
      rows: [
        {
          line: 2,
          alter_number: 1,
          temper: -40,
          sweep: {},
          measurements: { ioh: -1.5e-4, vwkp: 0.98 },
          failed: {},
        },
      ],
      unreadLines: [],
      simulationFailed: false,
      problems: [],
    })
  })

  it('keeps values that are no number as failed, with their text', () => {
    const { rows } = parseCornerReport(header + row('failed', '', '25', '1'))
    expect(rows[0]).toMatchObject({
      measurements: { ioh: null, vwkp: null },
      failed: { ioh: 'failed', vwkp: '' },
    })
  })

  it('reads the sweep of a leading swp column, one row each', () => {
    const text =
      row('swp', 'ioh', 'temper', 'alter#') + row('0.1', '1', '25', '1') + row('slow', '2', '25', '2')
    const { names, rows } = parseCornerReport(text)
    expect(names).toEqual(['ioh'])
    expect(rows.map(({ sweep, alter_number }) => [sweep, alter_number])).toEqual([
      [{ swp: 0.1 }, 1],
      [{ swp: 'slow' }, 2],
    ])
  })

  it.each(['\t'.repeat(101) + '\n', '\t\t', '   \n', '\t\r\n'])('%j is a failed simulation', (text) => {
    expect(parseCornerReport(text)).toEqual({
      names: [],
      rows: [],
      unreadLines: [],
      simulationFailed: true,
      problems: [],
    })
  })

  it.each([
    ['', 'error', 'the file is empty'],
    ['ioh\tvwkp', 'error', 'the file ends inside its line of names'],
    ['\t\n1\t2\n', 'error', 'expected measurement names, found an empty line'],
    [header, 'warning', 'names, but no values below them'],
    [header + row('1', '2', '25', '1', '3'), 'error', 'expected 2 measurements, found 3'],
    [header + '1\t2\n', 'error', 'found 2: the row is cut short'],
    [header + '1\t2\t25\t', 'error', 'the file ends inside this row'],
  ])('%j is a problem', (text, level, message) => {
    const { problems, rows, simulationFailed } = parseCornerReport(text)
    expect(problems).toEqual([
      expect.objectContaining({ level, message: expect.stringContaining(message) as string }),
    ])
    expect(rows).toEqual([])
    expect(simulationFailed).toBe(false)
  })

  it('a line of tabs under names is a row of missing values', () => {
    expect(parseCornerReport(header + row('')).rows[0]?.failed).toEqual({ ioh: '', vwkp: '' })
  })

  it('a line of values above all others is not taken for names', () => {
    const { names, rows, problems } = parseCornerReport('1e-12\t25.0\t1\t\ndel_rr\ttemper\talter#\t\n')
    expect([names, rows]).toEqual([[], []])
    expect(problems).toMatchObject([
      { line: 1, level: 'error', message: 'expected measurement names, found the value 1e-12' },
    ])
  })

  it('CRLF makes no difference', () => {
    const text = header + row('1', '2', '25', '1')
    expect(parseCornerReport(text.replaceAll('\n', '\r\n'))).toEqual(parseCornerReport(text))
  })
})

describe('parseCornerReportName', () => {
  it.each([
    ['report_TT_typical_m40_v1min.txt', 'TT/typical/m40/v1min'],
    ['report_FFG_SSG_typical_125_v1max_v2min.txt', 'FFG_SSG/typical/125/v1max_v2min'],
    ['report_SSG_cworst_CCworst_T_m40_v1min_v2min_v3max.txt', 'SSG/cworst_CCworst_T/m40/v1min_v2min_v3max'],
    ['report_SSG_FFG_rcbest_CCbest_T_85_v1nom.txt', 'SSG_FFG/rcbest_CCbest_T/85/v1nom'],
    ['report_FFG_SSG_my_rc_m12.5_v1nom.txt', 'FFG_SSG/my_rc/m12.5/v1nom'],
    ['report_XX_YY_ZZ_85_v1nom.txt', 'XX/YY_ZZ/85/v1nom'],
  ])('%s', (fileName, name) => {
    expect(pointName(parseCornerReportName(fileName)!)).toBe(name)
  })

  it('a given extraction decides, the longest first', () => {
    const point = parseCornerReportName('report_XX_YY_ZZ_85_v1nom.txt', ['ZZ', 'YY_ZZ', 'other'])
    expect(point).toMatchObject({ corner: 'XX', extraction: 'YY_ZZ' })
    expect(parseCornerReportName('report_XX_YY_ZZ_85_v1nom.txt', ['ZZ'])).toMatchObject({ corner: 'XX_YY' })
  })

  it.each([
    ...['creport.txt', 'report_TT.txt', 'report_TT_85_v1nom.txt', 'report_TT_typical_hot_v1nom.txt'],
    ...[
      'report_TT_typical_85_v2nom.txt',
      'report_TT_typical_85_v1nom.txt.bak',
      'report_typical_85_v1nom.txt',
    ],
  ])('%s is no report of a point', (fileName) => {
    expect(parseCornerReportName(fileName)).toBeNull()
  })
})
