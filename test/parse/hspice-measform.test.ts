import { describe, expect, it } from 'vitest'
import { parseMeasureFile, toMeasuredRows } from '../../src/parse/measure-file.ts'

const head = (form: number, count?: number): string =>
  `$DATA1 SOURCE='PrimeSim HSPICE' VERSION='T-2022.06 linux64'${count === undefined ? '' : ` PARAM_COUNT=${count}`}\n` +
  `$OPTION MEASFORM=${form}\n$index=1 is a nominal sample in Monte Carlo.\n.TITLE '* deck, with a comma'\n`
const values = (text: string): (readonly (number | null)[])[] =>
  parseMeasureFile(text).rows.map((row) => row.values)
const messages = (text: string): string[] =>
  parseMeasureFile(text).problems.map(
    ({ level, line, message }) => `${level === 'error' ? 'E' : 'W'}${line ?? '-'}: ${message}`,
  )
const containing = (parts: readonly string[]): unknown[] =>
  parts.map((part) => expect.stringContaining(part) as string)

describe('MEASFORM=1', () => {
  const body = 'vth ioff temper alter#\n 1.357e-02   failed   27.0000 1\n'

  it('has its names on one line and a record a line', () => {
    expect(parseMeasureFile(head(1, 0) + body)).toEqual({
      dialect: 'hspice-measform1',
      title: '* deck, with a comma',
      source: 'PrimeSim HSPICE',
      version: 'T-2022.06 linux64',
      paramCount: 0,
      names: ['vth', 'ioff', 'temper', 'alter#'],
      sweepNames: [],
      rows: [{ line: 6, values: [0.01357, null, 27, 1], texts: [null, 'failed', null, null] }],
      problems: [],
    })
  })

  it.each([
    [
      'a record on two lines',
      'a temper alter#\n 1\n 25 1\n 2 25 1\n',
      1,
      ['E6: expected 3', 'E7: expected 3'],
    ],
    [
      'two records on a line',
      'a temper alter#\n 1 25 1 2 25 1\n',
      0,
      ['E6: expected 3 values up to a line end, found 6'],
    ],
    [
      'names on two lines',
      'a\ntemper alter#\n 1 25 1\n',
      0,
      ['E5: expected a line of names that ends with alter#'],
    ],
    ['no names', '', 0, ['E-: no names below the head']],
    ['names without values', 'a temper alter#\n', 0, ['W5: names, but no values']],
    [
      'a damaged number',
      'a temper alter#\n 1.x2 25 1\n',
      1,
      ["E6: a: expected a number or a word such as failed, found '1.x2'"],
    ],
    [
      'a shifted line',
      'a temper alter#\n 25 1 1.5\n',
      0,
      ["E6: expected a whole number for alter#, found '1.5'"],
    ],
  ])('%s is told', (_, text, count, expected) => {
    expect(values(head(1) + text)).toHaveLength(count)
    expect(messages(head(1) + text)).toEqual(containing(expected))
  })
})

describe('MEASFORM=3', () => {
  it('has names and values with commas between them, the values padded', () => {
    const text = `${head(3, 1)}index,tphl,iint,temper,alter#\n1,   failed,-1.535e-09,   0.,6\n2, 3.001e-11,-6.4e-05,   0.,6\n`
    expect(parseMeasureFile(text)).toMatchObject({
      dialect: 'hspice-measform3-csv',
      title: '* deck, with a comma',
      paramCount: 1,
      sweepNames: ['index'],
      problems: [],
    })
    expect(toMeasuredRows(parseMeasureFile(text))).toEqual([
      {
        line: 6,
        alter_number: 6,
        temper: 0,
        sweep: { index: 1 },
        measurements: { tphl: null, iint: -1.535e-9 },
        failed: { tphl: 'failed' },
      },
      {
        line: 7,
        alter_number: 6,
        temper: 0,
        sweep: { index: 2 },
        measurements: { tphl: 3.001e-11, iint: -6.4e-5 },
        failed: {},
      },
    ])
  })

  it('is read the same after a spreadsheet saved it again', () => {
    const text =
      "$DATA1 SOURCE='HSPICE' VERSION='H-2013.03' PARAM_COUNT=1,,,\r\n$OPTION MEASFORM=3,,,\r\n.TITLE '*inv,er,t*',\r\n" +
      'index,tphl,temper,alter#,,\r\n1,1.76E-09,25,1,,\r\n2,,25,1,,\r\n,,,,,\r\n'
    expect(parseMeasureFile(text)).toMatchObject({ title: '*inv,er,t*', paramCount: 1, version: 'H-2013.03' })
    expect(values(text)).toEqual([
      [1, 1.76e-9, 25, 1],
      [2, null, 25, 1],
    ])
    expect(messages(text)).toEqual(
      containing(["E6: tphl: expected a number or a word such as failed, found ''"]),
    )
  })

  it('takes Monte Carlo variables for the sweep where PARAM_COUNT is missing', () => {
    const text = `${head(3)}index,nmos@var,tphl,temper,alter#\n1, 0.5, 2e-12, 25,1\n`
    expect(toMeasuredRows(parseMeasureFile(text))).toMatchObject([
      { sweep: { index: 1, 'nmos@var': 0.5 }, measurements: { tphl: 2e-12 } },
    ])
  })

  it.each([
    [
      'a lost value',
      'index,a,temper,alter#\n1, 1,25,1\n2,25,1\n3, 3,25,1\n',
      [1, 3],
      ['E7: expected 4 values up to a line end, found 3'],
    ],
    [
      'a comma too many',
      'index,a,temper,alter#\n1,,1,25,1\n',
      [],
      ['E6: expected 4 values up to a line end, found 5'],
    ],
    ['a decimal comma', 'index,a,temper,alter#\n1,1,5,25,1\n', [], ['E6: expected 4 values']],
    [
      'a doubled line',
      'index,a,temper,alter#\n1,1,25,1\n1,1,25,1\n',
      [1, 1],
      ['W7: the step index 1 stands twice: first on line 6'],
    ],
    [
      'a doubled header',
      'index,a,temper,alter#\nindex,a,temper,alter#\n1,1,25,1\n',
      [1],
      ["E6: expected a whole number for alter#, found 'alter#'"],
    ],
    [
      'a name that stands twice',
      'a,a,alter#\n1,2,1\n',
      [1],
      ['W5: the name a stands twice: its values are read as a#2'],
    ],
    ['a name that is empty', 'a,,alter#\n1,2,1\n', [1], ['W5: column 2 has no name']],
    ['a second head', 'a,alter#\n1,1\n$DATA1\n.TITLE x\na,alter#\n2,1\n', [1], ['E7: a second head']],
    ['a header lost', '1,1,25,1\n', [], ['E5: expected a line of names that ends with alter#']],
    ['an alter# that may be cut', 'a,alter#\n1,1', [1], ['W6: the file ends in alter# 1']],
    ['a last line that is cut', 'a,temper,alter#\n1,25,1\n2,25', [1], ['E7: expected 3 values']],
  ])('%s is told', (_, text, first, expected) => {
    expect(values(head(3) + text).map(([value]) => value)).toEqual(first)
    expect(messages(head(3) + text)).toEqual(containing(expected))
  })
})
