import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMeasureFile, toMeasuredRows } from '../../src/parse/measure-file.ts'
import { measured, type MeasureText, measureTexts } from './measure-texts.ts'

/** Copies, editors and full disks damage files: what was damaged must not pass for a measured value. */

interface Value {
  name: string
  value: number
  /** Sweep, temper and alter# under which it stands, as far as the file has them. */
  place: Record<string, unknown>
}

interface Read {
  values: Value[]
  isTold: boolean
}

function read(text: string): Read {
  const file = parseMeasureFile(text)
  const values = toMeasuredRows(file).flatMap(({ alter_number, temper, sweep, measurements }) =>
    Object.entries(measurements).flatMap(([name, value]) =>
      value === null ? [] : [{ name, value, place: { ...sweep, temper, alter_number } }],
    ),
  )
  return { values, isTold: file.problems.length > 0 }
}

/**
 * The values that did not stand under their name and place; a place of which a part was lost is no other
 * place.
 */
const newValues = (damaged: Read, whole: Read): Value[] =>
  damaged.values.filter(
    ({ name, value, place }) =>
      !whole.values.some(
        (known) =>
          known.name === name &&
          known.value === value &&
          Object.entries(place).every(([key, part]) => part === null || part === known.place[key]),
      ),
  )

/** The lines of a text with one lost, one doubled, or one moved. */
function changeLines(text: string, change: string, from: number, to: number): string {
  const lines = text.trimEnd().split('\n')
  const at = from % lines.length
  const line = lines[at]!
  if (change === 'doubled') lines.splice(at, 0, line)
  else lines.splice(at, 1)
  if (change === 'moved') lines.splice(to % (lines.length + 1), 0, line)
  return `${lines.join('\n')}\n`
}

const change = fc.constantFrom('lost', 'doubled', 'moved')
const place = fc.nat({ max: 10_000 })

/** The dialects whose values cannot be told apart when two lines change places. */
const isDetectable = (form: MeasureText, how: string): boolean => how !== 'moved' || form.linesAreLabelled

describe.each(measureTexts)('$dialect', (form) => {
  it('is recognised and read without problems', () => {
    fc.assert(
      fc.property(measured, (chosen) => {
        const file = parseMeasureFile(form.text(chosen))
        expect(file).toMatchObject({ dialect: form.dialect, problems: [] })
        const rows = toMeasuredRows(file)
        const expected = form.isSwept ? chosen.rows : chosen.rows.slice(0, 1)
        expect(rows.map(({ measurements }) => Object.values(measurements))).toEqual(
          expected.map((row) => row.map((value) => (value === null ? null : Number(value)))),
        )
        expect(rows.map(({ failed }) => Object.keys(failed).length)).toEqual(
          expected.map((row) => row.filter((value) => value === null).length),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('with lines lost, doubled or moved gives no new value in silence', () => {
    fc.assert(
      fc.property(measured, change, place, place, (chosen, how, from, to) => {
        const text = form.text(chosen)
        const damaged = read(changeLines(text, how, from, to))
        if (isDetectable(form, how) && !damaged.isTold) expect(newValues(damaged, read(text))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('with another character in place of any gives no number in silence that did not stand in it', () => {
    const others = fc.constantFrom('x', ' ', '\n', '=', ',', '@', "'", '\u0001')
    fc.assert(
      fc.property(measured, place, others, (chosen, at, other) => {
        const text = form.text(chosen)
        const position = at % text.length
        const before = text[position]!
        // A blank in place of a sign or a digit leaves another number: nothing can tell it from a measured one.
        fc.pre(!(/[-\d.]/.test(before) && other.trim() === ''))
        const damaged = read(text.slice(0, position) + other + text.slice(position + 1))
        const known = new Set(text.split(/[\s,=@]+/).map(Number))
        if (!damaged.isTold) expect(damaged.values.filter(({ value }) => !known.has(value))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('cut anywhere gives no new value in silence', () => {
    fc.assert(
      fc.property(measured, (chosen) => {
        const text = form.text(chosen)
        const whole = read(text)
        for (let length = 0; length < text.length; length += 1) {
          const damaged = read(text.slice(0, length))
          if (!damaged.isTold) expect(newValues(damaged, whole)).toEqual([])
        }
      }),
      { numRuns: 15 },
    )
  })
})

describe('texts made of pieces of all dialects', () => {
  const pieces = fc.constantFrom(
    ...[
      '\n',
      ' ',
      '  ',
      ',',
      '=',
      ' = ',
      ':',
      '@',
      '1',
      '2',
      '1e-3',
      '-4.5',
      'NaN',
      'FAILED',
      'failed',
      'a',
      'B',
    ],
    ...[
      'index',
      'temper',
      'alter#',
      'index,a,alter#',
      '$DATA1 ',
      'PARAM_COUNT=2',
      '$OPTION MEASFORM=1\n',
      "'",
    ],
    ...[
      '$OPTION MEASFORM=3\n',
      '$ Simulator: spectre (ver. 1)\n',
      ".TITLE 'x'\n",
      '.meas tran a rms v(1):\n',
    ],
    ...['Exported variables from results directory: x\n', 'Measurement Name : a\n', 'Measurement Results\n'],
    ...[
      'F:  No. Harmonics: 1\n',
      'Harmonic',
      ' targ = 1 trig = 2',
      'not found',
      '__proto__',
      '\0',
      '\r\n',
      '1.5u',
    ],
  )

  it('never throw and never give a row that its names do not fit', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const file = parseMeasureFile(parts.join(''))
        toMeasuredRows(file)
        expect(new Set(file.names).size).toBe(file.names.length)
        expect(file.sweepNames).toEqual(file.names.slice(0, file.sweepNames.length))
        for (const { values, texts } of file.rows) {
          expect([values.length, texts.length]).toEqual([file.names.length, file.names.length])
          expect(values.map((value) => value === null)).toEqual(texts.map((text) => text !== null))
        }
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['names', 'a '.repeat(300_000)],
    ['a line of names and values', `${'a '.repeat(100_000)}alter#\n${'1 '.repeat(100_000)}1\n`],
    ['commas', `$OPTION MEASFORM=3\n$DATA1${','.repeat(300_000)}x\n`],
    ['blanks', `a = 1\n${' '.repeat(300_000)}x\n`],
    ['blanks in a version', `$ Simulator: spectre (ver. ${' '.repeat(300_000)}\n`],
    ['words of a listing', `**** ${'hspice '.repeat(100_000)}\n`],
    ['places', `a = 1${' at = 1'.repeat(50_000)} x\n`],
    [
      'steps',
      `Exported variables from results directory: x\nMeasurement Name : a\nb${'  t @ 1'.repeat(100_000)}\n`,
    ],
    ['one name again and again', 'a = 1\n'.repeat(100_000)],
    ['tables', 'F:  No. Harmonics: 1\n'.repeat(50_000)],
    ['harmonics', `F:  No. Harmonics: 1\n${' 1 2 3 4 5 6\n'.repeat(50_000)}`],
  ])('hundreds of thousands of %s take no time', (_, text) => {
    const start = performance.now()
    parseMeasureFile(text)
    expect(performance.now() - start).toBeLessThan(5000)
  })
})
