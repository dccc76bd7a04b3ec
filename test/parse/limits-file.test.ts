import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCsvCells } from '../../src/parse/csv-cells.ts'
import { parseLimitsFile } from '../../src/parse/limits-file.ts'

const header = 'measurement,min,typ,max,unit,point,near'
const limitsOf = (...rows: string[]) => parseLimitsFile([header, ...rows, ''].join('\n'))
const one = (row: string) => {
  const { limits, problems } = limitsOf(row)
  expect(problems).toEqual([])
  return limits[0]!
}

describe('a limits file', () => {
  it('gives a limit a row, with every column', () => {
    expect(limitsOf('del_rr,25,31,48,ps,SSG*,2.5%', 'vout,-0.5,,,,,').limits).toEqual([
      {
        ...{ measurement: 'del_rr', min: 25e-12, typ: 31e-12, max: 48e-12, unit: 's', point: 'SSG*' },
        ...{ near: 2.5, line: 2 },
      },
      { measurement: 'vout', min: -0.5, typ: null, max: null, unit: null, point: null, near: 5, line: 3 },
    ])
  })

  it.each([
    ['31', 'ps', 3.1e-11],
    ['-447.6', 'uA', -4.476e-4],
    ['1.5e3', 'mV', 1.5],
    ['3', 'GHz', 3e9],
    ['0.7', 'V', 0.7],
    ['12', 'µs', 1.2e-5],
    ['12', 'μs', 1.2e-5],
    ['4.7', 'kohm', 4700],
    ['4.7', 'kΩ', 4700],
    ['2', 'V/ns', 2e9],
    ['2', 'mV/ps', 2e9],
    ['-3', 'dB', -3],
    ['50', '%', 50],
    ['0', 'ps', 0],
    ['.1', 'fF', 1e-16],
    ['+1E+2', 'ns', 1e-7],
    ['1e309', 'ps', 1e297],
  ])('%s %s is %d in the base unit, to the last digit', (number, unit, value) => {
    expect(one(`v,,,${number},${unit},,`).max).toBe(value)
  })

  it.each([
    ['5%', '', 0.05],
    ['5 %', '1', 0.05],
    ['-2.5%', '', -0.025],
    ['5%', '%', 5],
    ['5', '%', 5],
    ['5', '', 5],
  ])('%s with the unit "%s" is %d: a percentage of a spreadsheet is a share', (number, unit, value) => {
    expect(one(`v,,,${number},${unit},,`).max).toBe(value)
  })

  it('a number with a prefix reads as the text that the simulator would print', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99999, max: 99999 }), fc.constantFrom(0, 1, 2, 3), (digits, places) => {
        const text = (digits / 10 ** places).toFixed(places)
        expect(one(`v,,,${text},ps,,`).max).toBe(Number(`${text}e-12`))
      }),
    )
  })

  it.each([
    ['any order, any case, only what is needed', 'MAX,Measurement\n3,v\n'],
    ['a byte order mark', '\uFEFFmeasurement,max\nv,3\n'],
    ['CRLF', 'measurement,max\r\nv,3\r\n'],
    ['no newline at the end', 'measurement,max\nv,3'],
    ['quoted cells', '"measurement","max"\n"v","3"\n'],
    ['blanks around cells', ' measurement , max\n v , 3 \n'],
    ['blank lines and comments', '# sign-off "rev 3\n\nmeasurement,max\n\n# slow corner\nv,3\n,\n'],
    ['empty columns at the end', 'measurement,max,,\nv,3,,\n'],
    ['short rows', 'measurement,max,unit,point\nv,3\n'],
    ['semicolons', 'measurement;max\nv;3\n'],
    ['semicolons and a decimal comma', 'measurement;max\nv;3,0\n'],
    ['semicolons and a decimal point', 'measurement;max\nv;3.0\n'],
  ])('is read with %s', (_name, text) => {
    const { limits, problems } = parseLimitsFile(text)
    expect(problems).toEqual([])
    expect(limits).toMatchObject([{ measurement: 'v', max: 3, min: null }])
  })

  it('a glob with commas is quoted, and any name is a measurement', () => {
    expect(one('"a,b ""c""",,,1,,"{TT,SSG}/*",').point).toBe('{TT,SSG}/*')
    expect(one('"a,b ""c""",,,1,,,').measurement).toBe('a,b "c"')
    expect(one('wire[15],,,1,,,').measurement).toBe('wire[15]')
  })

  it('one measurement can have a limit a glob, and each side in a row of its own', () => {
    const { limits, problems } = limitsOf('v,,,1,,TT*,', 'v,,,2,,SSG*,', 'v,0,,,,TT*,', 'v,,,3,,,')
    expect(problems).toEqual([])
    expect(limits).toHaveLength(4)
  })

  it.each<[string, string, string]>([
    ['an unknown column', 'measurement,max,colour\n', "1:17: unknown column 'colour': expected the header"],
    ['a column twice', 'measurement,max,max\n', '1:17: the column max is there twice'],
    ['no measurement column', 'name,max\n', "1:1: unknown column 'name'"],
    ['no column to limit by', 'measurement,typ\nv,3\n', '1:1: there is no column min and none max'],
    ['no header at all', '', '1:1: the file is empty'],
    ['comments only', '# nothing\n', '1:1: the file is empty'],
    ['no limit', 'measurement,max\n', '1:1: there is no limit below the header'],
    ['no measurement', 'measurement,max\nv,1\n,3\n', '3:1: the measurement is missing'],
    ['a bad number', 'measurement,min,max\nv,1,2\nw,12abc,3\n', "3:3: min: expected a number, found '12abc'"],
    ['no number', 'measurement,max\nv,nan\n', "2:3: max: expected a number, found 'nan'"],
    [
      'a percentage of picoseconds',
      'measurement,max,unit\nv,5%,ps\n',
      "2:3: max: expected a number, found '5%'",
    ],
    [
      'a number so small that it would be 0',
      'measurement,max\nv,1e-400\nw,0e-400\n',
      "2:3: max: '1e-400' is out of range: 5e-324 to 1.8e308 in base units",
    ],
    ['a hexadecimal number', 'measurement,max\nv,0x10\n', "2:3: max: expected a number, found '0x10'"],
    [
      'a number too large',
      'measurement,max,unit\nv,1e300,TV\nw,1e300,GV\n',
      "2:3: max: '1e300' is out of range: 5e-324 to 1.8e308 in base units",
    ],
    [
      'a decimal comma among commas',
      'measurement,max\nv,"3,1"\n',
      "2:3: max: expected a number, found '3,1'",
    ],
    ['a thousands sign', 'measurement;max\nv;1.234,5\n', "2:3: max: expected a number, found '1.234,5'"],
    ['min above max', 'measurement,min,max\nv,4,3\n', '2:3: min is above max (3)'],
    ['typ above max', 'measurement,typ,max\nv,4,3\n', '2:3: typ lies outside of min and max'],
    ['typ below min', 'measurement,typ,min\nv,2,3\n', '2:3: typ lies outside of min and max'],
    ['neither min nor max', 'measurement,typ,max\nv,2,\n', '2:3: a limit needs min, max or both'],
    ['an unknown unit', 'measurement,max,unit\nv,2,furlong\n', "2:5: unit: 'furlong' is not known"],
    ['a bare prefix', 'measurement,max,unit\nv,2,m\n', "2:5: unit: 'm' is not known"],
    ['another case of a unit', 'measurement,max,unit\nv,2,PS\n', "2:5: unit: 'PS' is not known"],
    ['a prefix before dB', 'measurement,max,unit\nv,2,mdB\n', "2:5: unit: 'mdB' is not known"],
    [
      'near that is none',
      'measurement,max,near\nv,2,close\n',
      "2:5: near: expected a percentage from 0 to 100, found 'close'",
    ],
    ['near beyond 100', 'measurement,max,near\nv,2,101\n', '2:5: near: expected a percentage'],
    ['a negative near', 'measurement,max,near\nv,2,-1\n', '2:5: near: expected a percentage'],
    ['a row twice', 'measurement,max\nv,2\nw,1\nv,3\n', '4:1: v has this limit already, in line 2'],
    [
      'the same at a glob',
      'measurement,max,point\nv,2,TT*\nv,3,TT*\n',
      '3:1: v at TT* has this limit already, in line 2',
    ],
    ['more cells than columns', 'measurement,max\nv,2,extra\n', "2:5: 'extra' stands in no column"],
    ['an open quote', 'measurement,max\n"v,2\n', '2:1: the quote that opens this cell is never closed'],
    ['text behind a quote', 'measurement,max\n"v"x,2\n', "2:1: expected ',' behind the closing quote"],
    ['tabs', 'measurement\tmax\nv\t2\n', "1:1: unknown column 'measurement\\tmax'"],
  ])('%s is a problem with its line and column', (_name, text, expected) => {
    const { limits, problems } = parseLimitsFile(text)
    expect(limits).toEqual([])
    const texts = problems.map(({ line, column, message }) => `${line}:${column}: ${message}`)
    expect(texts[0]).toContain(expected)
  })

  it('all problems are named, in the order of the file', () => {
    const { problems } = limitsOf('v,x,,,,,', ',1,,,,,', 'w,2,,1,,,')
    expect(problems.map(({ line, column }) => [line, column])).toEqual([
      [2, 3],
      [3, 1],
      [4, 3],
    ])
  })

  it('a column behind a cell with a line end is counted from its own line', () => {
    const { problems } = limitsOf('"v', 'w",1,,x,,,')
    expect(problems).toEqual([{ line: 3, column: 7, message: "max: expected a number, found 'x'" }])
  })
})

describe('the cells of a CSV text', () => {
  it('are those that were written', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r\n', ' ', 'é', '😀', '\t') })
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(rows, fc.constantFrom(',', ';'), fc.constantFrom('\n', '\r\n'), (given, delimiter, end) => {
        const text = stringify(given, { delimiter, record_delimiter: end, quoted: true })
        const found = readCsvCells(text, delimiter)
        expect(found.problems).toEqual([])
        expect(found.rows.map((row) => row.map(({ text: shown }) => shown))).toEqual(given)
      }),
    )
  })

  it('each begins where its line and column say', () => {
    const plain = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '7'), minLength: 1 })
    const rows = fc.array(fc.array(plain, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(rows, (given) => {
        const text = given.map((row) => row.join(',')).join('\n')
        const lines = text.split('\n')
        for (const cell of readCsvCells(text, ',').rows.flat()) {
          expect(lines[cell.line - 1]!.slice(cell.column - 1).startsWith(cell.text)).toBe(true)
        }
      }),
    )
  })

  it.each(['', '"', '""', '"a', 'a"b,"c"d', '\r', '\n\n,\n'])('%j is read to its end', (text) => {
    expect(() => readCsvCells(text, ',')).not.toThrow()
  })
})
