import { describe, expect, it } from 'vitest'
import { parseMeasureFile, toMeasuredRows } from '../../src/parse/measure-file.ts'

const head = "$DATA1 SOURCE='HSPICE' VERSION='B-2008.09 32-BIT'\n.TITLE '*deck'\n"
const counted = (count: number): string =>
  `$DATA1 SOURCE='PrimeSim HSPICE' VERSION='W-2024.09 linux64' PARAM_COUNT=${count}\n.TITLE '*deck'\n`
const values = (text: string): (readonly (number | null)[])[] =>
  parseMeasureFile(text).rows.map((row) => row.values)
const messages = (text: string): string[] =>
  parseMeasureFile(text).problems.map((problem) => `${problem.line ?? '-'}: ${problem.message}`)

describe('names and records', () => {
  it('are read with title, source and version', () => {
    const text =
      counted(0) +
      ' tplh             tphl             tr              \n temper           alter#          \n' +
      '  4.408e-12        2.578e-12        failed         \n   25.0000        1               \n'
    expect(parseMeasureFile(text)).toEqual({
      dialect: 'hspice-default',
      title: '*deck',
      source: 'PrimeSim HSPICE',
      version: 'W-2024.09 linux64',
      paramCount: 0,
      names: ['tplh', 'tphl', 'tr', 'temper', 'alter#'],
      sweepNames: [],
      rows: [
        {
          line: 5,
          values: [4.408e-12, 2.578e-12, null, 25, 1],
          texts: [null, null, 'failed', null, null],
        },
      ],
      problems: [],
    })
  })

  it.each([
    ['wrapped differently', ' a b\n temper\n alter#\n 1 2 25\n1\n'],
    ['on one line each', 'a b temper alter#\n1 2 25 1\n'],
    ['on one line a token', 'a\nb\ntemper\nalter#\n1\n2\n25\n1\n'],
    ['separated by tabs and with blank lines', '\n\ta\tb\ttemper\talter#\n\n1\t2\t25\t1\n\n'],
    ['with CRLF', ' a b temper \r\n alter# \r\n 1 2 25 \r\n 1 \r\n'],
  ])('%s are the same', (_, body) => {
    expect(values(head + body)).toEqual([[1, 2, 25, 1]])
    expect(values(body)).toEqual([[1, 2, 25, 1]])
    expect(messages(head + body)).toEqual([])
  })

  it('may have odd names', () => {
    const names = ['1:eot@tox_mc', 'cap_wwlb_wire[15]', 'a_name_of_more_than_sixteen_characters', '__proto__']
    const { names: found, rows } = parseMeasureFile(
      `${head} ${names.join(' ')} temper alter#\n 1 2 3 4 25 1\n`,
    )
    expect(found).toEqual([...names, 'temper', 'alter#'])
    expect(rows).toHaveLength(1)
  })

  it('a name that stands twice is numbered, with a warning', () => {
    const text = `${head} a a temper alter#\n 1 2 25 1\n`
    expect(parseMeasureFile(text).names).toEqual(['a', 'a#2', 'temper', 'alter#'])
    expect(messages(text)).toEqual(['3: the name a stands twice: its values are read as a#2'])
  })

  it.each([
    ["''", ''],
    ["' '", ' '],
    ["'*****'", '*****'],
    ["'it''s'", "it''s"],
    ["'\u0002c:\\deck'", '\u0002c:\\deck'],
    ["'größe'", 'größe'],
    ["'.temp25 alter#'", '.temp25 alter#'],
    ["'", ''],
    ["'cut before its quote", 'cut before its quote'],
  ])('the title %j is read', (quotedTitle, title) => {
    const text = `$DATA1 SOURCE='HSPICE' VERSION='X'\n.TITLE ${quotedTitle}\n a temper alter#\n 1 25 1\n`
    expect(parseMeasureFile(text)).toMatchObject({ title, rows: [{ values: [1, 25, 1] }] })
  })

  it('failed, error and other words are values that failed', () => {
    const { rows } = parseMeasureFile('a b c temper alter#\nfailed error nan 25 1\n')
    expect(rows[0]).toMatchObject({
      values: [null, null, null, 25, 1],
      texts: ['failed', 'error', 'nan', null, null],
    })
  })

  it.each(['FAILED', 'Error', 'NaN', '-nan(ind)', 'nan(0x1)', '-1.#IND', '1.#QNAN', '1.#INF00'])(
    '%s is what stands for no number, without a problem',
    (word) => {
      const { rows, problems } = parseMeasureFile(`a temper alter#\n${word} 25 1\n`)
      expect([rows[0]!.values, rows[0]!.texts[0], problems]).toEqual([[null, 25, 1], word, []])
    },
  )

  it.each(['1.#', '1.#foo', 'nan(', 'x1', '1.5x', '#'])('%s is none and a problem', (word) => {
    const { rows, problems } = parseMeasureFile(`a temper alter#\n${word} 25 1\n`)
    expect(rows[0]!.values).toEqual([null, 25, 1])
    expect(problems).toHaveLength(1)
  })
})

describe('sweeps', () => {
  it.each([
    ['PARAM_COUNT', counted(2), 'index p a temper alter#\n1 5 7 25 1\n', ['index', 'p']],
    ['PARAM_COUNT=0 with several rows', counted(0), 'a temper alter#\n1 25 1\n2 25 1\n', []],
    ['a first column index', head, 'index a temper alter#\n1 7 25 1\n', ['index']],
    ['several rows of one alter', head, 'vin a temper alter#\n1 7 25 1\n2 8 25 1\n', ['vin']],
    ['one row', head, 'a temper alter#\n1 25 1\n', []],
    ['several rows of different alters', head, 'a temper alter#\n1 25 1\n2 25 2\n', []],
    ['a first column that failed', head, 'a temper alter#\n1 25 1\nfailed 25 1\n', []],
    ['no measurement at all', head, 'temper alter#\n25 1\n85 1\n', []],
  ])('by %s', (_, start, body, sweepNames) => {
    expect(parseMeasureFile(start + body).sweepNames).toEqual(sweepNames)
  })

  it('a PARAM_COUNT beyond the columns is not believed', () => {
    const text = `${counted(9)}a temper alter#\n1 25 1\n`
    expect(parseMeasureFile(text).sweepNames).toEqual([])
    expect(messages(text)).toEqual([expect.stringContaining('PARAM_COUNT=9')])
  })
})

describe('toMeasuredRows', () => {
  it('parts sweep, measurements and bookkeeping', () => {
    const text = `${counted(2)}index vdd a b temper alter#\n1 0.7 5 failed -40 2\n2 0.8 6 1e-3 -40 2\n`
    expect(toMeasuredRows(parseMeasureFile(text))).toEqual([
      {
        line: 4,
        alter_number: 2,
        temper: -40,
        sweep: { index: 1, vdd: 0.7 },
        measurements: { a: 5, b: null },
        failed: { b: 'failed' },
      },
      {
        line: 5,
        alter_number: 2,
        temper: -40,
        sweep: { index: 2, vdd: 0.8 },
        measurements: { a: 6, b: 0.001 },
        failed: {},
      },
    ])
  })

  it('has no temper where the file has none', () => {
    expect(toMeasuredRows(parseMeasureFile('a alter#\n1 3\n'))).toMatchObject([
      { temper: null, alter_number: 3 },
    ])
  })
})

describe('what cannot be read', () => {
  const body = ' a b temper alter#\n'

  it.each([
    ['names without values', body, 0, '3: names, but no values below them'],
    ['names that do not end', ' a b temper\n', 0, '3: the names do not end with alter#'],
    ['nothing below the head', '', 0, '-: the names do not end with alter#'],
    ['values before alter#', ' a b\n 1 2\n', 0, '4: expected names up to alter#, found the value 1'],
    [
      'something behind alter#',
      ' a alter# b\n 1 2\n',
      0,
      "3: expected the line to end with alter#, found 'b'",
    ],
    ['a record cut at the end', `${body} 1 2 25 1\n 1 2\n`, 1, '5: expected 4 values, found 2: the record'],
    [
      'a value too many',
      `${body} 1 2 25 1\n 1 2 3 25 1\n 1 2 25 1\n`,
      1,
      '5: expected 4 values up to a line end',
    ],
    ['a value too few', `${body} 1 25 1\n 1 2 25 1\n`, 0, '4: expected 4 values up to a line end, found 7'],
    [
      'a lost line',
      ' a b\n temper alter#\n 1.5 2\n 1.5 2.5\n 25 1\n',
      0,
      '5: expected a whole number for alter#',
    ],
    [
      'a line end of an old Mac',
      ' a b\r\r\n temper alter#\n 1 2 25 1\n',
      0,
      "3: expected names up to alter#, found 'b",
    ],
    [
      'values without a blank between them',
      ' a b c temper\n alter#\n 1.5-2.000e-09 3.5 25.0\n 1\n 1.5e-100-2. 3.5 25.0\n 1\n',
      0,
      "5: expected a blank between two values, found '1.5-2.000e-09'",
    ],
    [
      'values without a blank that fill up the record with those of the next one',
      ' a b c temper\n alter#\n 1.5-2.5-.5 25.0\n 1\n 1.5-2.5-.5 25.0\n 1\n',
      0,
      "5: expected a blank between two values, found '1.5-2.5-.5'",
    ],
    ['a power without its letter', `${body} 1.0000-100 2 25 1\n`, 1, '4: a: expected a number or a word'],
    ['a second head', `${body} 1 2 25 1\n${head}${body} 1 2 25 1\n`, 1, '5: a second head'],
  ])('%s', (_, text, count, message) => {
    expect(values(head + text)).toHaveLength(count)
    expect(messages(head + text)).toEqual([expect.stringContaining(message) as string])
  })

  it.each([
    [' 1 2 25 1', 1, ['the number may be cut']],
    [' 1 2 25 1 ', 1, []],
    [' 1 2 25 1.00000000e+00', 1, []],
    [' 1 2 25 1.00000000e+0', 0, ['the file ends inside this record']],
    [' 1 2 25 3\n 1 2 25 3', 2, []],
    [' 1 2 2', 0, ['expected 4 values, found 3']],
  ])('a last line %j without newline', (last, count, expected) => {
    expect(values(head + body + last)).toHaveLength(count)
    expect(messages(head + body + last)).toEqual(
      expected.map((message) => expect.stringContaining(message) as string),
    )
  })

  it('a million values on one line do not overflow the stack', () => {
    expect(messages(`a temper alter#\n${'1 '.repeat(1_000_000)}\n`)).toHaveLength(1)
    expect(messages(`${head}${'a '.repeat(1_000_000)}`)).toHaveLength(1)
  })
})
