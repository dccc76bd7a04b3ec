import { describe, expect, it } from 'vitest'
import { parseMeasureFile, toMeasuredRows } from '../../src/parse/measure-file.ts'

const read = (text: string): Record<string, number | null> =>
  toMeasuredRows(parseMeasureFile(text))[0]?.measurements ?? {}
const messages = (text: string): string[] =>
  parseMeasureFile(text).problems.map(
    ({ level, line, message }) => `${level === 'error' ? 'E' : 'W'}${line ?? '-'}: ${message}`,
  )
const containing = (parts: readonly string[]): unknown[] =>
  parts.map((part) => expect.stringContaining(part) as string)

const table =
  'FOURVP:  No. Harmonics: 2, THD: 37.7894, Gridsize: 200, Interpolation Type: Cubic Spline\n' +
  '    Harmonic   Frequency   Magnitude       Phase   Norm. Mag Norm. Phase\n' +
  '           0           0      12.434           0           0           0\n' +
  '           1       1e+06      9.0201      179.54           1           0\n'

describe("Xyce's measure files", () => {
  it('have one row of values', () => {
    const text = 'TPRCH = 4.685578e-11\nPAVG = FAILED\nFOURFAIL: FAILED\nWHENVRB0.5 = -8.1e+04\n'
    expect(parseMeasureFile(text)).toEqual({
      dialect: 'xyce',
      title: null,
      source: null,
      version: null,
      paramCount: null,
      names: ['TPRCH', 'PAVG', 'FOURFAIL', 'WHENVRB0.5'],
      sweepNames: [],
      rows: [
        { line: 1, values: [4.685578e-11, null, null, -8.1e4], texts: [null, 'FAILED', 'FAILED', null] },
      ],
      problems: [],
    })
    expect(toMeasuredRows(parseMeasureFile(text))).toMatchObject([
      { alter_number: 1, temper: null, sweep: {}, failed: { PAVG: 'FAILED', FOURFAIL: 'FAILED' } },
    ])
  })

  it('skip Fourier tables by name', () => {
    const text = `A = 1.0e+00\n${table}B = 2.0e+00\n${table.replace('VP', 'X')}`
    expect(read(text)).toEqual({ A: 1, B: 2 })
    expect(messages(text)).toEqual(
      containing(['W2: FOURVP is a Fourier table', 'W7: FOURX is a Fourier table']),
    )
    expect(parseMeasureFile(table)).toMatchObject({ names: [], rows: [] })
  })

  it('repeat the name of a continuous measurement, with the places of each', () => {
    const text =
      'W_CONT = 1.0e-03\nW_CONT = 2.0e-03\nW_CONT = 4.0e-03\n' +
      'T_CONT = 6.250000e-04                    targ = 1.250000e-03                    trig = 6.250000e-04\n' +
      'T_CONT = -5.000000e-04                    targ = 3.500000e-03                    trig = 4.000000e-03\n' +
      'LATE = FAILED                    targ = not found                    trig = 1.0e-03\n' +
      'ZERO = 2.0e+00                    targ = 5.8e-04                    trig = not found\n'
    expect(read(text)).toEqual({
      W_CONT: 1e-3,
      'W_CONT#2': 2e-3,
      'W_CONT#3': 4e-3,
      T_CONT: 6.25e-4,
      'T_CONT#2': -5e-4,
      LATE: null,
      ZERO: 2,
    })
    expect(messages(text)).toEqual([])
  })

  it.each([
    [
      'a doubled line',
      'A = 1.0e+00\nA = 1.0e+00\n',
      { A: 1, 'A#2': 1 },
      ['W2: A stands twice with the same values'],
    ],
    [
      'a name that stands again farther away',
      'A = 1.0e+00\nB = 2.0e+00\nA = 3.0e+00\n',
      { A: 1, B: 2, 'A#2': 3 },
      ['W3: the name A stands again: first on line 1'],
    ],
    [
      'a name that numbering would take',
      'A = 1.0e+00\nA = 2.0e+00\nA#2 = 3.0e+00\n',
      { A: 1, 'A#3': 2, 'A#2': 3 },
      [],
    ],
    [
      'another line',
      'A = 1.0e+00\nB 2.0e+00\nC = 3.0e+00\n',
      { A: 1, C: 3 },
      ["E2: expected name = value, found 'B 2.0e+00': this line is not read"],
    ],
    [
      'a damaged number',
      'A = 1.0e+00\nB = 1.0f+00\n',
      { A: 1, B: null },
      ["E2: B: expected a number or a word such as failed, found '1.0f+00'"],
    ],
    [
      'something behind a value',
      'A = 1.0e+00\nB = 1 .0e+00\n',
      { A: 1, B: null },
      ["E2: B: expected nothing behind the value 1, found '.0e+00'"],
    ],
    [
      'a value that its places deny',
      'A = 6.250000e-04  targ = 1.350000e-03  trig = 6.250000e-04\n',
      { A: null },
      ['E1: A: 6.250000e-04 is not targ 1.350000e-03 less trig 6.250000e-04'],
    ],
    [
      'a last number that may be cut',
      'A = 1.0e+00\nB = 1.000000e-03',
      { A: 1, B: 1e-3 },
      ['W2: the file ends in B = 1.000000e-03'],
    ],
    [
      'a last number that is cut',
      'A = 1.0e+00\nB = 1.000000e-0',
      { A: 1, B: null },
      ['E2: the file ends in B = 1.000000e-0, without a newline: the number may be cut and is not read'],
    ],
    [
      'places that are cut',
      'A = 1.0e-03  targ = 2.0e-03',
      { A: 1e-3 },
      ['W1: the file ends inside this line'],
    ],
    [
      'a table without its first line',
      `A = 1.0e+00\n${table.slice(table.indexOf('\n') + 1)}`,
      { A: 1 },
      ['E2:', 'E3:', 'E4:'],
    ],
  ])('%s is told', (_, text, expected, problems) => {
    expect(read(text)).toEqual(expected)
    expect(messages(text)).toEqual(containing(problems))
  })

  it('with a hundred thousand values of one name are read at once', () => {
    const { names } = parseMeasureFile('A = 1.0e+00\nA = 2.0e+00\n'.repeat(50_000))
    expect(names.at(-1)).toBe('A#100000')
  })
})
