import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonWriter, measuredColumns, toMeasuredRow } from '../../src/parse/measured-row.ts'
import { type MeasureFile, parseMeasureFile } from '../../src/parse/measure-file.ts'
import { openMeasureStream } from '../../src/parse/measure-stream.ts'
import { measured, measureTexts } from './measure-texts.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('the JSON texts of a row', () => {
  const names = ['index', '7', '__proto__', 'a\\b', 'größe', '\u2028', 'toString', '10', 'temper', 'alter#']
  const file = (row: string): MeasureFile =>
    parseMeasureFile(`$DATA1 PARAM_COUNT=2\n.TITLE ''\n${names.join(' ')}\n${row}`)

  it.each([
    '1 2 3 4 5 6 7 8 25 1\n',
    '1 failed -0 1e-7 error 6 nan 1e21 25 3\n',
    '1 -0 0 1e300 x\u0001 .5 7 8 25 1\n',
  ])('are those of its objects: %s', (row) => {
    const { rows, ...columns } = file(row)
    const meaning = measuredColumns(columns)
    const { sweep, measurements, failed } = toMeasuredRow(rows[0]!, meaning)
    expect(Object.keys(measurements)).toContain('__proto__')
    expect(jsonWriter(meaning)(rows[0]!)).toEqual({
      sweep: JSON.stringify(sweep),
      measurements: JSON.stringify(measurements),
      failed: JSON.stringify(failed),
    })
  })

  it('are empty objects where a row has nothing', () => {
    const { rows, ...columns } = parseMeasureFile('temper alter#\n25 1\n')
    expect(jsonWriter(measuredColumns(columns))(rows[0]!)).toEqual({
      sweep: '{}',
      measurements: '{}',
      failed: '{}',
    })
  })
})

describe('the JSON made while reading', () => {
  it('holds the same numbers in the same order, in every dialect', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...measureTexts),
        measured,
        fc.nat({ max: 300 }),
        ({ text }, chosen, size) => {
          const bytes = bytesOf(text(chosen))
          const measure = openMeasureStream({ wantsJson: true })
          const rows = [...measure.push(bytes.slice(0, size)), ...measure.push(bytes.slice(size))]
          const { file } = measure.end()
          const columns = measuredColumns(file)
          for (const row of [...rows, ...file.rows]) {
            const { measurements } = toMeasuredRow(row, columns)
            const made = JSON.parse(jsonWriter(columns)(row).measurements) as Record<string, number | null>
            expect(made).toEqual(measurements)
            expect(Object.keys(made)).toEqual(Object.keys(measurements))
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  const made = (names: string, values: string, form = ''): string | undefined => {
    const measure = openMeasureStream({ wantsJson: true })
    measure.push(bytesOf(`$DATA1 PARAM_COUNT=0\n${form}.TITLE ''\n${names}\n${values}\n`))
    return measure.end().file.rows[0]!.measurementsJson
  }

  it('writes numbers as the file does where JSON has them, and anew where not', () => {
    expect(made('a b c d e temper alter#', '1.50e-12 0.5 10 -2.5E+01 1E5 25 1')).toBe(
      '{"a":1.50e-12,"b":0.5,"c":10,"d":-2.5E+01,"e":1E5}',
    )
    expect(made('a b c d e f g alter#', '+1 .5 5. 007 -0.0 failed -.5e3 1')).toBe(
      '{"a":1,"b":0.5,"c":5,"d":7,"e":0,"f":null,"g":-500}',
    )
    expect(made('größe \u2028 __proto__ alter#', '1 2 3 1')).toBe('{"größe":1,"\u2028":2,"__proto__":3}')
    expect(made('a,b,c,d,alter#', ' 1.0 ,,\u00a02.50,+3,1', '$OPTION MEASFORM=3\n')).toBe(
      '{"a":1.0,"b":null,"c":2.50,"d":3}',
    )
    expect(made('temper alter#', '25 1')).toBe('{}')
  })

  it('is left out where an object would change the order of its names', () => {
    expect(made('a 7 alter#', '1 2 1')).toBeUndefined()
  })
})
