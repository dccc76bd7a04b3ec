import { describe, expect, it } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { parseCreport } from '../../src/parse/creport.ts'

const preamble = 'supply condition\nv1: vcc\nv2: vccn\nv3: NA\nvcc none vid: 0.702,0.78\nvccn: 0.99,1.1\n\n'
const fields = (...texts: string[]): string => texts.join('\t')
/** A line of the flow: padded with empty fields to 105. */
const line = (...texts: string[]): string => fields(...texts) + '\t'.repeat(105 - texts.length) + '\n'
const header = line('process', 'extract', 'temp', 'v1', 'v2', 'ioh', 'vwkp', 'temper', 'alter#')
const key = ['TT', 'typical', '-40', 'min', 'max'] as const
const row = line(...key, '1.5e-04', '0.98', '-4.0e+01', '1.0e+00')
const messages = (text: string, fallbackNames?: string[]): string[] =>
  parseCreport(text, fallbackNames).problems.map((problem) => `${problem.line ?? '-'}: ${problem.message}`)

describe('a creport', () => {
  it('gives supplies, rails, names and rows', () => {
    expect(parseCreport(preamble + header + row)).toEqual({
      supplies: { v1: 'vcc', v2: 'vccn', v3: 'NA' },
      rails: { 'vcc none vid': '0.702,0.78', vccn: '0.99,1.1' },
      names: ['ioh', 'vwkp'],
      namesInHeader: true,
      unread: [],
      rows: [
        {
          line: 9,
          point: {
            corner: 'TT',
            extraction: 'typical',
            temperature: 'm40',
            temperature_c: -40,
            voltage_combo: 'v1min_v2max',
          },
          alter_number: 1,
          temper: -40,
          sweep: {},
          measurements: { ioh: 1.5e-4, vwkp: 0.98 },
          failed: {},
        },
      ],
      problems: [],
      doubt: { isCut: false, names: false, points: [], strays: [] },
    })
  })

  it.each([
    ['one supply', ['v1'], ['nom'], 'v1nom'],
    ['two supplies', ['v1', 'v2'], ['nom', 'min'], 'v1nom_v2min'],
    ['three supplies', ['v1', 'v2', 'v3'], ['max', 'min', 'nom'], 'v1max_v2min_v3nom'],
  ])('of %s names its voltages', (_, supplies, words, combo) => {
    const text =
      line('process', 'extract', 'temp', ...supplies, 'm1', 'temper', 'alter#') +
      line('FFG_SSG', 'cworst_CCworst_T', '125', ...words, '1', '125', '1')
    const { rows, problems } = parseCreport(text)
    expect(problems).toEqual([])
    expect(rows.map((found) => pointName(found.point))).toEqual([`FFG_SSG/cworst_CCworst_T/125/${combo}`])
    expect(rows[0]?.measurements).toEqual({ m1: 1 })
  })

  it('may measure something called v2', () => {
    const text =
      line('process', 'extract', 'temp', 'v1', 'v2', 'temper', 'alter#') +
      line('TT', 'typical', '85', 'nom', '0.7', '85', '1')
    expect(parseCreport(text).rows[0]).toMatchObject({
      measurements: { v2: 0.7 },
      point: { voltage_combo: 'v1nom' },
    })
  })

  it.each([
    ['a measurement v2 failed in it', ['TT', 'typical', '85', 'nom', 'failed', '85', '1'], 'v1nom'],
    ['a tab was lost in it', ['TT typical', '85', 'nom', '0.7', '85', '1'], 'v1nom'],
  ])('has its supplies, whatever the first row says: %s', (_, first, combo) => {
    const text =
      line('process', 'extract', 'temp', 'v1', 'v2', 'temper', 'alter#') +
      line(...first) +
      line('TT', 'typical', '125', 'nom', '0.7', '125', '1')
    expect(parseCreport(text).rows.at(-1)).toMatchObject({
      measurements: { v2: 0.7 },
      point: { temperature: '125', voltage_combo: combo },
    })
  })

  it('has several rows of one point with a sweep', () => {
    const text =
      line('process', 'extract', 'temp', 'v1', 'swp', 'm1', 'temper', 'alter#') +
      line('TT', 'typical', '85', 'nom', '0.1', '1', '85', '1') +
      line('TT', 'typical', '85', 'nom', '0.2', '2', '85', '2')
    const { rows, names } = parseCreport(text)
    expect(names).toEqual(['m1'])
    expect(rows.map(({ sweep, alter_number }) => [sweep, alter_number])).toEqual([
      [{ swp: 0.1 }, 1],
      [{ swp: 0.2 }, 2],
    ])
  })

  it.each(['0x10', '12abc', '3.;14'])(
    'keeps the value %j as failed, and tells that it is damaged',
    (text) => {
      const { rows, problems } = parseCreport(header + line(...key, '1', text, '-40', '1'))
      expect(rows[0]).toMatchObject({ measurements: { ioh: 1, vwkp: null }, failed: { vwkp: text } })
      const message = `vwkp: expected a number or a word such as failed, found '${text}'`
      expect(problems).toMatchObject([{ level: 'warning', message }])
    },
  )

  it.each(['error', 'failed', 'nan', ''])('keeps the value %j as failed', (text) => {
    const { rows, problems } = parseCreport(header + line(...key, '1', text, '-40', '1'))
    expect(rows[0]).toMatchObject({ measurements: { ioh: 1, vwkp: null }, failed: { vwkp: text } })
    expect(problems).toEqual([])
  })

  it('keeps a row whose values are all missing', () => {
    const { rows } = parseCreport(header + line(...key))
    expect(rows[0]).toMatchObject({ temper: null, alter_number: 1, failed: { ioh: '', vwkp: '' } })
  })

  it('takes the names __proto__ and constructor for names', () => {
    const text =
      line('process', 'extract', 'temp', 'v1', '__proto__', 'constructor', 'temper', 'alter#') +
      line('TT', 'typical', '85', 'nom', '1', 'x', '85', '1')
    const measured = parseCreport(text).rows[0]!
    expect(Object.entries(measured.measurements)).toEqual([
      ['__proto__', 1],
      ['constructor', null],
    ])
    expect(Object.entries(measured.failed)).toEqual([['constructor', 'x']])
  })

  it('numbers a name that stands twice', () => {
    const text =
      line('process', 'extract', 'temp', 'v1', 'gain', 'gain', 'temper', 'alter#') +
      line('TT', 'typical', '85', 'nom', '1', '2', '85', '1')
    const { rows } = parseCreport(text)
    expect(rows[0]?.measurements).toEqual({ gain: 1, 'gain#2': 2 })
    expect(messages(text)).toEqual(['1: the name gain stands twice: its values are read as gain#2'])
  })

  it('is read with CRLF, without preamble and with an odd one', () => {
    const { rows } = parseCreport(preamble + header + row)
    expect(parseCreport((preamble + header + row).replaceAll('\n', '\r\n')).rows).toEqual(rows)
    expect(parseCreport(`no colon\n::\n${'\n'.repeat(5)}${header}${row}`).rows).toHaveLength(1)
    expect(parseCreport(header + row).supplies).toEqual({ v1: null, v2: null, v3: null })
  })
})

describe('a header without names', () => {
  const bare = line('process', 'extract', 'temp', 'v1', 'v2')

  it('takes the names of a report beside it', () => {
    const { names, namesInHeader, rows, problems } = parseCreport(bare + row, ['ioh', 'vwkp'])
    expect({ names, namesInHeader, problems }).toEqual({
      names: ['ioh', 'vwkp'],
      namesInHeader: false,
      problems: [],
    })
    expect(rows[0]).toMatchObject({ temper: -40, measurements: { ioh: 1.5e-4, vwkp: 0.98 } })
  })

  it('without such names gives an error and no rows', () => {
    expect(messages(bare + row)).toEqual([expect.stringMatching(/^1: the header has no measurement names/)])
    expect(parseCreport(bare + row).rows).toEqual([])
  })

  it('without any row only says that nothing was delivered', () => {
    expect(parseCreport(bare).problems).toEqual([
      { line: 1, level: 'warning', message: 'no rows: no simulation delivered a result' },
    ])
  })
})

describe('a row that cannot be read', () => {
  it.each([
    [
      line(...key, '1', '2', '3', '-40', '1'),
      'expected 2 measurements, found 3; a title with a blank shifts',
    ],
    [line('TT', 'typical', 'warm', 'min', 'max', '1', '2', '25', '1'), 'temp: expected a temperature as -40'],
    [
      line('TT', 'typical', '-40', 'min', 'typ', '1', '2', '25', '1'),
      "v2: expected min, max or nom, found 'typ'",
    ],
    [line('', 'typical', '-40', 'min', 'max', '1', '2', '25', '1'), 'expected a corner and an extraction'],
    ['TT\ttypical\n', 'expected at least 5 fields'],
    [fields(...key, '1') + '\n', 'found 1: the row is cut short'],
  ])('%j is named, the rows around it are read', (bad, message) => {
    const { rows, problems } = parseCreport(header + row + bad + row)
    expect(problems).toEqual([
      { line: 3, level: 'error', message: expect.stringContaining(message) as string },
    ])
    expect(rows.map((found) => found.line)).toEqual([2, 4])
  })

  it('a second header ends the reading', () => {
    const { rows, problems } = parseCreport(header + row + header + row)
    expect(rows).toHaveLength(1)
    expect(problems).toEqual([expect.objectContaining({ line: 3, level: 'error' })])
  })

  it.each(['', 'foo\n', 'process extract temp\n', 'supply condition\nv1: vcc\n'])(
    '%j is no creport',
    (text) => {
      expect(parseCreport(text).problems).toEqual([
        { line: null, level: 'error', message: expect.stringMatching(/^not a creport: /) as string },
      ])
    },
  )
})

describe('a row that looks wrong', () => {
  it('is kept when temper is not temp', () => {
    const text = header + line(...key, '1', '2', '25', '1')
    expect(parseCreport(text).rows).toHaveLength(1)
    expect(messages(text)).toEqual(['2: temper is 25, but temp is -40: simulated at another temperature?'])
  })

  it('is kept when alter# is no number', () => {
    const text = header + line(...key, '1', '2', '-40', 'x')
    expect(parseCreport(text).rows[0]?.alter_number).toBe(1)
    expect(messages(text)).toEqual(['2: alter# is x, no whole number: taken as 1'])
  })
})

describe('the end of the file', () => {
  const values = fields(...key, '1.5e-04', '0.98', '-4.0e+01')

  it.each([
    ['newline missing behind the empty fields', `${values}\t1.0e+00\t\t`, 1, []],
    ['newline missing behind a whole alter#', `${values}\t1.00000000e+00`, 1, []],
    ['newline missing behind a short alter#', `${values}\t1`, 1, [/the number may be cut/]],
    ['cut inside alter#', `${values}\t1.00000000e+0`, 0, [/the file ends inside this row/]],
    ['cut before alter#', `${values}\t`, 0, [/the file ends inside this row/]],
    ['cut inside temper', values, 0, [/found 3: the row is cut short/]],
    ['cut inside a value', fields(...key, '1.5e-0'), 0, [/the row is cut short/]],
    ['cut inside the key', 'TT\ttypical\t-4', 0, [/the file ends inside this row/]],
  ])('%s', (_, last, count, expected) => {
    const { rows, problems } = parseCreport(header + last)
    expect(rows).toHaveLength(count)
    expect(problems.map((problem) => problem.message)).toEqual(
      expected.map((pattern) => expect.stringMatching(pattern) as string),
    )
  })

  it('is held against the alter# of the row before', () => {
    expect(messages(`${header}${line(...key, '1', '2', '-40', '3')}${values}\t3`)).toEqual([])
    expect(messages(header + row + `${values}\t1`)).toEqual([expect.stringContaining('ends inside this row')])
  })

  it('inside the header is an error', () => {
    expect(messages(header.trimEnd())).toEqual(['1: the file ends inside its line of names'])
  })
})
