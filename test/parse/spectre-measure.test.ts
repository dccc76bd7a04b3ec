import { describe, expect, it } from 'vitest'
import { parseMeasureFile, toMeasuredRows } from '../../src/parse/measure-file.ts'

const messages = (text: string): string[] =>
  parseMeasureFile(text).problems.map(
    ({ level, line, message }) => `${level === 'error' ? 'E' : 'W'}${line ?? '-'}: ${message}`,
  )
const containing = (parts: readonly string[]): unknown[] =>
  parts.map((part) => expect.stringContaining(part) as string)

describe("Spectre's horizontal .mt0", () => {
  const head = "$ Simulator: spectre (ver. 19.1.0.578.isr15)\n.title '*ring'\n"

  it('has wrapped names and values', () => {
    const text = `${head}tphl tplh \niint temper alter# \n1.02e-11 \nfailed -9.1e-17 27 1 \n\n`
    expect(parseMeasureFile(text)).toEqual({
      dialect: 'spectre-mt-horizontal',
      title: '*ring',
      source: 'spectre',
      version: '19.1.0.578.isr15',
      paramCount: null,
      names: ['tphl', 'tplh', 'iint', 'temper', 'alter#'],
      sweepNames: [],
      rows: [
        { line: 5, values: [1.02e-11, null, -9.1e-17, 27, 1], texts: [null, 'failed', null, null, null] },
      ],
      problems: [],
    })
  })

  it('has the variables of its sweep behind index', () => {
    const text = `${head}index temp montecarlo_iteration tphl temper alter# \n1 -25 1 1e-11 -25 1 \n2 -25 2 2e-11 -25 1 \n`
    expect(toMeasuredRows(parseMeasureFile(text))).toMatchObject([
      { temper: -25, sweep: { index: 1, temp: -25, montecarlo_iteration: 1 }, measurements: { tphl: 1e-11 } },
      { temper: -25, sweep: { index: 2, temp: -25, montecarlo_iteration: 2 }, measurements: { tphl: 2e-11 } },
    ])
  })

  it.each([
    ['a run without measures', '', ['W-: no names below the title: the run has no measures']],
    ['names without values', 'a temper alter# \n', ['W3: names, but no values']],
    ['a cut header', 'a temper \n', ['E3: the names do not end with alter#']],
    ['a cut record', 'a temper alter# \n1 25 1 \n2 25\n', ['E5: expected 3 values, found 2']],
    [
      'a record too long',
      'a temper alter# \n1 2 25 1 \n',
      ['E4: expected 3 values up to a line end, found 4'],
    ],
    [
      'a lost line for which the next record makes up',
      'a b c d e temper alter# \n' +
        '1e-12 1.111111e-11 2.222222e-11 \n3.333e-12 4.4e-12 25 1 \n' +
        '3.333e-12 4.4e-12 25 1 \n3e-12 1.111111e-11 0 \n' +
        '3.333e-12 4.4e-12 25 1 \n4e-12 1.111111e-11 0 \n',
      ['W6: this record is broken into lines otherwise'],
    ],
  ])('%s is told', (_, body, expected) => {
    expect(messages(head + body)).toEqual(containing(expected))
  })
})

const logHead = (design = '* ring = 3 : stages'): string =>
  `Exported variables from results directory:  ./ring.raw/\n\ndate               :  8:50:33 PM, Fri Apr 29, 2022\n` +
  `design             :  ${design}\nsimulator          :  spectre\nversion            :  15.1.0.679.isr14\n\n\n`
const block = (name: string, ...lines: string[]): string =>
  `Measurement Name   :  ${name}\nAnalysis Type      :  tran\n${lines.join('\n')}\n\n\n`
const swept = (...lines: string[]): string =>
  `${logHead()}Swept Measurements :\n${block('tran1-meas_mc1', ...lines)}`
const two = (name: string, temp: number, iteration: number, value: string): string =>
  `${name}       temp       @ ${temp}       \n           montecarlo_iteration @ ${iteration}     =  ${value}  `

describe("Spectre's .measure log", () => {
  it('has a value under each name', () => {
    const text = logHead() + block('transient1', 'iint     =  -2.5e-15 ', 'tphl     =  NaN ')
    expect(parseMeasureFile(text)).toEqual({
      dialect: 'spectre-measure-log',
      title: '* ring = 3 : stages',
      source: 'spectre',
      version: '15.1.0.679.isr14',
      paramCount: null,
      names: ['iint', 'tphl'],
      sweepNames: [],
      rows: [{ line: 11, values: [-2.5e-15, null], texts: [null, 'NaN'] }],
      problems: [],
    })
    expect(toMeasuredRows(parseMeasureFile(text))).toMatchObject([
      {
        alter_number: 1,
        temper: null,
        sweep: {},
        measurements: { iint: -2.5e-15, tphl: null },
        failed: { tphl: 'NaN' },
      },
    ])
  })

  it('has its sweep on every line', () => {
    const text = swept(
      'iint       montecarlo_iteration @ 1            =  -1.5e-15     ',
      'iint       montecarlo_iteration @ 2            =  -1.6e-15     ',
      'tphl       montecarlo_iteration @ 1            =  1.5e-11     ',
      'tphl       montecarlo_iteration @ 2            =  NaN     ',
    )
    expect(messages(text)).toEqual([])
    expect(toMeasuredRows(parseMeasureFile(text))).toMatchObject([
      { line: 12, sweep: { montecarlo_iteration: 1 }, measurements: { iint: -1.5e-15, tphl: 1.5e-11 } },
      { line: 13, sweep: { montecarlo_iteration: 2 }, measurements: { iint: -1.6e-15, tphl: null } },
    ])
  })

  it('has two sweep variables on two lines', () => {
    const text = swept(
      two('iint', -25, 1, '-1e-15'),
      two('iint', 0, 1, '-2e-15'),
      two('tp', -25, 1, '1'),
      two('tp', 0, 1, '2'),
    )
    expect(parseMeasureFile(text)).toMatchObject({
      names: ['temp', 'montecarlo_iteration', 'iint', 'tp'],
      sweepNames: ['temp', 'montecarlo_iteration'],
      problems: [],
    })
    expect(parseMeasureFile(text).rows.map((row) => row.values)).toEqual([
      [-25, 1, -1e-15, 1],
      [0, 1, -2e-15, 2],
    ])
  })

  it('may have several blocks: a name of another block is another measurement', () => {
    const text = logHead() + block('tran1', 'a = 1 ') + block('ac1', 'a = 2 ', 'b = 3 ')
    expect(parseMeasureFile(text)).toMatchObject({ names: ['a', 'a#2', 'b'], rows: [{ values: [1, 2, 3] }] })
    expect(messages(text)).toEqual(containing(['W16: the name a stands twice: its values are read as a#2']))
  })

  const a1 = two('a', -25, 1, '1e-12')
  const a2 = two('a', -25, 2, '2e-12')
  const b1 = two('b', -25, 1, '3e-12')
  const b2 = two('b', -25, 2, '4e-12')
  const linesOf = (...parts: string[]): string[] => parts.flatMap((part) => part.split('\n'))
  const without = (line: number): string[] => linesOf(a1, a2, b1, b2).filter((_, index) => index !== line)

  it.each([
    ['a run without measures', logHead(), 0, ['W-: no measurements below the head']],
    [
      'a head that is cut',
      'Exported variables from results directory:  ./x\ndesign : a',
      0,
      ['E2: the file ends inside its head'],
    ],
    [
      'a lost value',
      swept(a1, a2, b1),
      1,
      [
        'E14: 1 of 2 steps lack a value and are not read: the first is temp -25, montecarlo_iteration 2, without b',
      ],
    ],
    ['a lost first line', swept(...without(4)), 2, ['E16: expected a name']],
    ['a lost second line', swept(...without(3)), 1, ["E15: expected the rest of a, found 'b"]],
    ['a doubled value', swept(a1, a1, a2, b1, b2), 2, ['W14: a stands twice for temp -25']],
    [
      'two values for a step',
      swept(a1, two('a', -25, 1, '9e-12'), b1),
      0,
      ['E14: a stands twice for temp -25, montecarlo_iteration 1, first on line 12, with another value'],
    ],
    [
      'lines that were moved',
      swept(a1, b1, a2, b2),
      0,
      ['E16: a stands again behind b: lines were moved, nothing is read'],
    ],
    [
      'a value of another sweep',
      swept('a  t @ 1  = 1 ', 'b  u @ 1  = 1 '),
      1,
      ['E13: b is not swept as a is'],
    ],
    [
      'a line that is no measurement',
      logHead() + block('x', 'a = 1 ', 'b 2', 'c = 3 '),
      1,
      ["E12: expected name = value, found 'b 2'"],
    ],
    [
      'a damaged number',
      logHead() + block('x', 'a = 1.2.3 '),
      1,
      ["E11: a: expected a number or a word such as failed, found '1.2.3'"],
    ],
    ['a step without value at the end', swept('a  t @ 1 '), 0, ['E12: a: the file ends before its value']],
    [
      'a number that may be cut',
      `${logHead()}Measurement Name : x\na = 1.5`,
      1,
      ['E10: the file ends in a = 1.5, without a newline'],
    ],
    [
      'a swept number that is cut',
      `${logHead()}Measurement Name : x\na  t @ 1  = 1.5e-1`,
      1,
      ['E10: the file ends in a = 1.5e-1'],
    ],
  ])('%s is told', (_, text, count, expected) => {
    expect(parseMeasureFile(text).rows).toHaveLength(count)
    expect(messages(text)).toEqual(containing(expected))
  })
})
