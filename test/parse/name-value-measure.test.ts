import { describe, expect, it } from 'vitest'
import { parseMeasureFile, toMeasuredRows } from '../../src/parse/measure-file.ts'

const messages = (text: string): string[] =>
  parseMeasureFile(text).problems.map(
    ({ level, line, message }) => `${level === 'error' ? 'E' : 'W'}${line ?? '-'}: ${message}`,
  )
const containing = (parts: readonly string[]): unknown[] =>
  parts.map((part) => expect.stringContaining(part) as string)

describe('name = value', () => {
  const measform2 =
    "$DATA1 SOURCE='HSPICE' VERSION='O-2018.09' PARAM_COUNT=0\n$OPTION MEASFORM=2\n.TITLE '* deck'\n"

  it.each([
    ['below the head of MEASFORM=2', `${measform2}tphl = 1e-12\nvoh=failed\ntemper = -4.0e+01\nalter# = 2\n`],
    ['without head', 'tphl = 1e-12\nvoh = failed\ntemper = -40\nalter# = 2\n'],
    [
      'below the head of Spectre',
      "$ Simulator: spectre (ver. 19.1)\n.title 'x'\ntphl =1e-12\nvoh = failed\ntemper =-40\nalter# = 2\n",
    ],
    [
      'with places behind the values',
      'tphl = 1e-12 targ= 3e-12 trig= 2e-12\nvoh = failed\ntemper = -40\nalter# = 2\n',
    ],
    ['with comments above', '* Date: today\n*\ntphl = 1e-12\nvoh = failed\ntemper = -40\nalter# = 2\n'],
    ['with CRLF and blank lines', 'tphl = 1e-12\r\n\r\nvoh = failed\r\ntemper = -40\r\nalter# = 2.0000\r\n'],
  ])('%s is one row', (_, text) => {
    expect(toMeasuredRows(parseMeasureFile(text))).toMatchObject([
      {
        alter_number: 2,
        temper: -40,
        sweep: {},
        measurements: { tphl: 1e-12, voh: null },
        failed: { voh: 'failed' },
      },
    ])
    expect(messages(text)).toEqual([])
  })

  it('has a group for each index of a sweep', () => {
    const text =
      'index = 1\ntemp = -40\ntr2f = 5.7e-09\nalter# = 1\nindex =2\ntemp = -40\ntr2f = 9.4e-09\nalter# = 1\n'
    expect(toMeasuredRows(parseMeasureFile(text))).toMatchObject([
      { line: 1, sweep: { index: 1, temp: -40 }, measurements: { tr2f: 5.7e-9 } },
      { line: 5, sweep: { index: 2, temp: -40 }, measurements: { tr2f: 9.4e-9 } },
    ])
    expect(messages(text)).toEqual([])
  })

  it('has a group behind every alter#', () => {
    for (const name of ['tphl', 'TPHL']) {
      const text = `${name} = 1\nalter# = 1\n${name} = 2\nalter# = 2\n`
      expect(toMeasuredRows(parseMeasureFile(text))).toMatchObject([
        { alter_number: 1, measurements: { [name]: 1 } },
        { alter_number: 2, measurements: { [name]: 2 } },
      ])
    }
  })

  it('takes as many leading names for the sweep as PARAM_COUNT says', () => {
    const text = `${measform2.replace('COUNT=0', 'COUNT=2')}index = 1\nvdd = 0.7\ntphl = 1e-12\n`
    expect(toMeasuredRows(parseMeasureFile(text))).toMatchObject([{ sweep: { index: 1, vdd: 0.7 } }])
  })

  const group = (index: number, ...lines: string[]): string => [`index = ${index}`, ...lines, ''].join('\n')

  it.each([
    [
      'a lost value',
      group(1, 'a = 1', 'b = 2') + group(2, 'a = 3') + group(3, 'a = 5', 'b = 6'),
      [1, 3],
      ['E4: this group has no b'],
    ],
    [
      'a lost index',
      group(1, 'a = 1', 'b = 2') + 'a = 3\nb = 4\n' + group(3, 'a = 5', 'b = 6'),
      [3],
      ['E4: a stands twice in this group'],
    ],
    [
      'a doubled value',
      group(1, 'a = 1', 'a = 1') + group(2, 'a = 2'),
      [2],
      ['E3: a stands twice in this group'],
    ],
    [
      'a doubled group',
      group(1, 'a = 1') + group(1, 'a = 1'),
      [1, 1],
      ['W3: the step index 1 stands twice: first on line 1'],
    ],
    [
      'a name that no other group has',
      group(1, 'a = 1') + group(2, 'a = 2', 'x = 3'),
      [2],
      ['E1: this group has no x'],
    ],
    [
      'an alter# that is none',
      group(1, 'alter# = 1.5') + group(2, 'alter# = 2'),
      [2],
      ['E2: expected a whole number for alter#, found 1.5'],
    ],
    [
      'an alter# that failed',
      'a = 1\nalter# = failed\n',
      [],
      ['E2: expected a whole number for alter#, found failed'],
    ],
    [
      'a repeated name without sweep',
      'a = 1\na = 2\n',
      [1],
      ['W2: the name a stands twice: its values are read as a#2'],
    ],
    ['another line', 'a = 1\nb\n', [1], ["E2: expected name = value, found 'b'"]],
    ['an alter# that may be cut', 'a = 1\nalter# = 1', [1], ['W2: the file ends in alter# 1']],
    ['a head only', measform2, [], ['W-: no name = value in the file']],
  ])('%s is told', (_, text, first, expected) => {
    expect(parseMeasureFile(text).rows.map((row) => row.values[0])).toEqual(first)
    expect(messages(text)).toEqual(containing(expected))
  })
})

describe("T-Spice's measure files", () => {
  it.each([
    ['-599.3135f', -599.3135e-15],
    ['13.4846u', 13.4846e-6],
    ['2.5meg', 2.5e6],
    ['3.m', 3e-3],
    ['.5k', 500],
    ['1.5e-12', 1.5e-12],
    ['7', 7],
  ])('the value %s is read', (text, value) => {
    const file = parseMeasureFile(`Measurement Results\r\n   charge   = ${text}      \r\n\r\n`)
    expect(file).toMatchObject({ dialect: 'tspice-measure', names: ['charge'], problems: [] })
    expect(file.rows.map((row) => row.values)).toEqual([[value]])
  })

  it.each([
    ['1.5M', "E2: q: expected a number or a word such as failed, found '1.5M'"],
    ['1.5e-3u', "E2: q: expected a number or a word such as failed, found '1.5e-3u'"],
    ['1.2.3u', 'E2: q: expected a number'],
    ['1.5 u', "E2: q: expected nothing behind the value 1.5, found 'u'"],
  ])('the value %s is refused', (text, problem) => {
    const file = `Measurement Results\n  q = ${text}\n`
    expect(parseMeasureFile(file).rows).toMatchObject([{ values: [null] }])
    expect(messages(file)).toEqual(containing([problem]))
  })

  it('a second block of results is told and not read', () => {
    const text = 'Measurement Results\n q = 1u\nMeasurement Results\n q = 2u\n'
    expect(parseMeasureFile(text).rows.map((row) => row.values)).toEqual([[1e-6]])
    expect(messages(text)).toEqual(containing(['E3: a second Measurement Results']))
  })
})

describe("QSPICE's measure files", () => {
  it('have the value below each statement, with the place behind it', () => {
    const text =
      '.meas tran vrms rms v(in):\n       0.7074\n.meas v1m find v(out) at 1m:\n     -0.0076      0.001\n'
    expect(parseMeasureFile(text)).toMatchObject({
      dialect: 'qspice-meas',
      names: ['vrms', 'v1m'],
      sweepNames: [],
      problems: [],
    })
    expect(toMeasuredRows(parseMeasureFile(text))).toMatchObject([
      { measurements: { vrms: 0.7074, v1m: -0.0076 } },
    ])
  })

  it('have a line a step, and a row for each', () => {
    const text =
      '.meas tran a rms v(1):\n   0   0.63\n   1   6.32\n.meas tran b find v(1) at 1m:\n   0   0.86  0.001\n   1   8.64  0.001\n'
    expect(toMeasuredRows(parseMeasureFile(text))).toMatchObject([
      { line: 2, sweep: { step: 0 }, measurements: { a: 0.63, b: 0.86 } },
      { line: 3, sweep: { step: 1 }, measurements: { a: 6.32, b: 8.64 } },
    ])
    expect(messages(text)).toEqual([])
  })

  it.each([
    [
      'a value that is missing',
      '.meas tran a rms v(1):\n.meas tran b rms v(2):\n 2\n',
      [[null, 2]],
      ['E1: a: expected a value and its place below, found 0 columns'],
    ],
    [
      'too many columns',
      '.meas tran a rms v(1):\n 0 1 2\n',
      [[null]],
      ['E1: a: expected a value and its place below, found 3 columns'],
    ],
    [
      'a doubled value',
      '.meas tran a rms v(1):\n 0.5\n 0.5\n',
      [],
      ["E2: a: expected step 0, its value and place, found '0.5'"],
    ],
    [
      'a lost step',
      '.meas tran a rms v(1):\n 0 1\n 2 3\n',
      [],
      ["E3: a: expected step 1, its value and place, found '2 3'"],
    ],
    [
      'a measure with fewer steps',
      '.meas tran a rms v(1):\n 0 1\n 1 3\n.meas tran b rms v(2):\n 0 5\n',
      [[0, 1, 5]],
      ['E3: 1 of 2 steps lack a value and are not read: the first is step 1, without b'],
    ],
    [
      'a statement that is cut',
      '.meas tran a rms v(1):\n 5\n.meas tran b',
      [[5]],
      ["E3: expected a .meas line that ends with a colon, found '.meas tran b'"],
    ],
    [
      'a number that may be cut',
      '.meas tran a rms v(1):\n 0.63',
      [[null]],
      ['E2: the file ends in a = 0.63'],
    ],
    [
      'a damaged number',
      '.meas tran a rms v(1):\n 0x63\n',
      [[null]],
      ["E2: a: expected a number or a word such as failed, found '0x63'"],
    ],
  ])('%s is told', (_, text, rows, expected) => {
    expect(parseMeasureFile(text).rows.map((row) => row.values)).toEqual(rows)
    expect(messages(text)).toEqual(containing(expected))
  })
})
