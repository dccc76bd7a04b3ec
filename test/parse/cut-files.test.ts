import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MeasuredRow } from '../../src/domain/measurement.ts'
import { pointName } from '../../src/domain/point.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { parseConfigFile } from '../../src/parse/config-file.ts'
import { parseCornerReport } from '../../src/parse/corner-report.ts'
import { parseCreport } from '../../src/parse/creport.ts'
import { parseMeasureFile, toMeasuredRows } from '../../src/parse/measure-file.ts'
import { parseSimulationLog } from '../../src/parse/simulation-log.ts'

/** A disk that ran full cuts a file at any byte: what was cut must never pass for a value. */

const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number.toExponential(8)),
  fc.integer({ min: -99999, max: 99999 }).map(String),
  fc.constantFrom('failed', 'error', '0.', '27.0000'),
)
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,18}$/).filter((text) => text !== 'index')
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 7 })
const alter = fc.constantFrom('1', '12', '1.0000', '1.00000000e+00', '1.00000000e+01')
const newline = fc.constantFrom('\n', '\r\n')

interface Table {
  names: string[]
  rows: string[][]
  alter: string
  newline: string
}

const table: fc.Arbitrary<Table> = names.chain((chosen) =>
  fc.record({
    names: fc.constant(chosen),
    rows: fc.array(fc.array(value, { minLength: chosen.length, maxLength: chosen.length }), {
      minLength: 1,
      maxLength: 4,
    }),
    alter,
    newline,
  }),
)

function creportText(
  { names: measured, rows, alter: alterText, newline: end }: Table,
  padding: string,
): string {
  const header = ['process', 'extract', 'temp', 'v1', 'v2', ...measured, 'temper', 'alter#']
  const lines = rows.map((row) => ['TT', 'typical', '-40', 'min', 'max', ...row, '-40.0', alterText])
  return ['v1: vcc', '', ...[header, ...lines].map((fields) => fields.join('\t') + padding), ''].join(end)
}

function reportText(
  { names: measured, rows, alter: alterText, newline: end }: Table,
  padding: string,
): string {
  const lines = [[...measured, 'temper', 'alter#'], ...rows.map((row) => [...row, '25', alterText])]
  return [...lines.map((fields) => fields.join('\t') + padding), ''].join(end)
}

function measureText({ names: measured, rows, alter: alterText, newline: end }: Table, wrap: number): string {
  const wrapped = (tokens: string[]): string[] =>
    Array.from({ length: Math.ceil(tokens.length / wrap) }, (_, index) =>
      tokens.slice(index * wrap, (index + 1) * wrap).join('  '),
    )
  const head = ["$DATA1 SOURCE='HSPICE' VERSION='X' PARAM_COUNT=0", ".TITLE '* deck'"]
  const lines = [[...measured, 'temper', 'alter#'], ...rows.map((row) => [...row, '25.0', alterText])]
  return [...head, ...lines.flatMap(wrapped), ''].join(end)
}

type Parse = (text: string) => { rows: MeasuredRow[]; problems: readonly Problem[] }

/** Every number of a cut text stands at the same place of the whole one; an unsure alter# is told. */
function expectNoNewNumbers(parse: Parse, text: string): void {
  const whole = new Map(parse(text).rows.map((row) => [row.line, row]))
  for (let length = 0; length < text.length; length += 1) {
    const { rows, problems } = parse(text.slice(0, length))
    for (const row of rows) {
      const original = whole.get(row.line)!
      const isUnsure = problems.some((problem) => problem.message.includes('the number may be cut'))
      const expected = isUnsure ? { ...original, alter_number: row.alter_number } : original
      expect(row).toEqual(expected)
    }
    if (!endsBetweenRows(text, length)) expect(problems).not.toEqual([])
  }
}

/** A file that ends behind a whole row is no different from a shorter file. */
const endsBetweenRows = (text: string, length: number): boolean =>
  text.charAt(length - 1) === '\n' || /^\t*\r?\n/.test(text.slice(length))

describe('a file that was cut never gives a number that was not in it', () => {
  const readCreport: Parse = (text) => parseCreport(text)
  const readMeasures: Parse = (text) => {
    const file = parseMeasureFile(text)
    return { rows: toMeasuredRows(file), problems: file.problems }
  }

  it('creport.txt', () => {
    fc.assert(
      fc.property(table, fc.constantFrom('', '\t\t\t'), (chosen, padding) => {
        expectNoNewNumbers(readCreport, creportText(chosen, padding))
      }),
      { numRuns: 40 },
    )
  })

  it('report_*.txt', () => {
    fc.assert(
      fc.property(table, fc.constantFrom('', '\t\t\t'), (chosen, padding) => {
        expectNoNewNumbers(parseCornerReport, reportText(chosen, padding))
      }),
      { numRuns: 40 },
    )
  })

  it('measure files, however they wrap', () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 9 }), (chosen, wrap) => {
        expectNoNewNumbers(readMeasures, measureText(chosen, wrap))
      }),
      { numRuns: 40 },
    )
  })
})

describe('any text', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          ...[
            '\t',
            '\n',
            '\r\n',
            ' ',
            'process\textract\ttemp\tv1',
            'TT\ttypical\t-40\tmin',
            'alter#',
            '$DATA1',
          ],
          ...['.TITLE', '1.0', 'failed', 'a', 'swp', ',', '=', ':', 'mode', 'index', '__proto__', "'"],
        ),
        { maxLength: 60 },
      )
      .map((parts) => parts.join('')),
  )

  it.each<[string, (text: string) => unknown]>([
    ['creport', (text) => parseCreport(text, ['a'])],
    ['corner report', parseCornerReport],
    ['measure file', (text) => toMeasuredRows(parseMeasureFile(text))],
    ['configuration', parseConfigFile],
    ['simulation log', parseSimulationLog],
  ])('is read as a %s without throwing', (_, parse) => {
    fc.assert(
      fc.property(texts, (text) => {
        parse(text)
      }),
      { numRuns: 500 },
    )
  })

  it('gives points whose names can be printed', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const row of parseCreport(text, ['a']).rows)
          expect(pointName(row.point)).not.toContain('undefined')
      }),
    )
  })
})
