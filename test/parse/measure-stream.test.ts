import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parseMeasureFile } from '../../src/parse/measure-file.ts'
import { recognisedLength } from '../../src/parse/measure-dialect.ts'
import { type MeasureEnd, type MeasureFile, openMeasureStream } from '../../src/parse/measure-stream.ts'
import type { MeasureTableRow } from '../../src/parse/measure-table.ts'
import { decodeText } from '../../src/parse/text.ts'
import { measured, measureTexts } from './measure-texts.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

interface Streamed extends Omit<MeasureEnd, 'file'> {
  file: MeasureFile
  /** How many rows were given before the end. */
  early: number
}

/**
 * Reads bytes in pieces of the given sizes, the last of them again and again. The pieces stand in one Buffer, as those of
 * a file do, and each is overwritten afterwards.
 */
function stream(bytes: Uint8Array, ...sizes: number[]): Streamed {
  const measure = openMeasureStream()
  const rows: MeasureTableRow[] = []
  let known: unknown = null
  const shared = Buffer.alloc(Math.max(...sizes))
  for (let start = 0, piece = 0; start < bytes.length; piece += 1) {
    const size = sizes[Math.min(piece, sizes.length - 1)]!
    const taken = bytes.subarray(start, start + size)
    shared.set(taken)
    const buffer = shared.subarray(0, taken.length)
    const given = measure.push(buffer)
    buffer.fill(0x39)
    if (given.length > 0) known ??= measure.columns
    rows.push(...given)
    start += size
  }
  const { file, ...totals } = measure.end()
  if (rows.length > 0) expect(known).toEqual({ names: file.names, sweepNames: file.sweepNames })
  expect(totals).toMatchObject({ bytes: bytes.length, rowCount: rows.length + file.rows.length })
  return { file: { ...file, rows: [...rows, ...file.rows] }, early: rows.length, ...totals }
}

function outcome(read: () => Streamed): unknown {
  try {
    return { ...read(), early: null }
  } catch (error) {
    return String(error)
  }
}

/** A table of `count` records with three measurements. */
const table = (count: number, { head = 'PARAM_COUNT=1', record = '' } = {}): string =>
  `$DATA1 SOURCE='X' VERSION='1' ${head}\n.TITLE ''\n p a\n b temper\n alter#\n` +
  Array.from({ length: count }, (_, row) => record || ` ${row + 1} 1.5e-12\n failed 25.0\n 1\n`).join('')

describe('a measure file in pieces', () => {
  it.each([1, 7, 64, 4096, 1_048_576])('of %i bytes is what it is as a whole, in every dialect', (size) => {
    for (const { text } of measureTexts) {
      fc.assert(
        fc.property(measured, (chosen) => {
          const bytes = bytesOf(text(chosen))
          expect(stream(bytes, size).file).toEqual(parseMeasureFile(text(chosen)))
        }),
        { numRuns: 10 },
      )
    }
  })

  it('of any sizes is what it is as a whole, damaged or not', () => {
    const form = fc.constantFrom(...measureTexts)
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 })
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(form, measured, flips, sizes, ({ text }, chosen, changed, cut) => {
        const bytes = bytesOf(text(chosen))
        for (const [at, byte] of changed) bytes[at % bytes.length] = byte
        expect(outcome(() => stream(bytes, ...cut))).toEqual(outcome(() => stream(bytes, bytes.length)))
      }),
      { numRuns: 800 },
    )
  })

  it('of any sizes is what it is as a whole, where the pieces end in long lines and beyond the beginning', () => {
    const sizes = fc.array(fc.constantFrom(1, 5, 262_143, 262_144, 262_145, 300_000), {
      minLength: 1,
      maxLength: 4,
    })
    const bytes = bytesOf(table(20_000).replaceAll('failed', 'größe'))
    const whole = stream(bytes, bytes.length)
    fc.assert(
      fc.property(sizes, (cut) => {
        expect(outcome(() => stream(bytes, ...cut, 65_536))).toEqual(outcome(() => whole))
      }),
      { numRuns: 8 },
    )
  })

  it('keeps nothing of a piece: the last alter# of all is not taken for the one before it', () => {
    const head = "$DATA1 SOURCE='X' VERSION='1'\n.TITLE ''\na alter#\n"
    // Beyond the beginning every piece is one record, so that all alter# stand at the same place.
    const rows = Math.ceil((recognisedLength - head.length) / 4)
    const text = `${head}${' '.repeat((recognisedLength - head.length) % 4)}${'5 1\n'.repeat(rows)}5 2\n6 3`
    const bytes = bytesOf(text)
    const start = bytes.length - 7
    const inPieces = openMeasureStream()
    const piece = Buffer.alloc(start)
    for (const part of [
      bytes.subarray(0, start),
      bytes.subarray(start, start + 4),
      bytes.subarray(start + 4),
    ]) {
      piece.set(part)
      inPieces.push(piece.subarray(0, part.length))
    }
    expect(inPieces.end().file.problems).toEqual(parseMeasureFile(text).problems)
    expect(parseMeasureFile(text).problems).toHaveLength(1)
  })

  it('begins with a byte order mark or not', () => {
    const text = table(2)
    for (const size of [1, 2, 100]) {
      expect(stream(bytesOf(`\ufeff${text}`), size).file).toEqual(parseMeasureFile(text))
    }
  })

  it('is given row by row, long before its end', () => {
    const { early, rowCount, lines, file } = stream(bytesOf(table(50_000)), 65_536)
    expect([rowCount, lines]).toEqual([50_000, 150_005])
    expect(early).toBeGreaterThan(49_000)
    expect(file.problems).toEqual([])
    expect(file.rows.at(-1)).toEqual({
      line: 150_003,
      values: [50_000, 1.5e-12, null, 25, 1],
      texts: [null, null, 'failed', null, null],
    })
  })

  it('gives nothing more behind a record that does not fit', () => {
    const measure = openMeasureStream()
    const text = table(30_000)
    measure.push(bytesOf(text))
    expect(measure.hasEnded).toBe(false)
    measure.push(bytesOf(' 1 2 3 4 5 6\n 7 8 9 25 1\n'))
    expect(measure.hasEnded).toBe(true)
    expect(measure.push(bytesOf(' 7 8 9 25 1\n'))).toEqual([])
    expect(measure.end()).toMatchObject({ rowCount: 30_000, file: { problems: [{ line: 90_006 }] } })
  })
})

describe('the sweep of a file that does not name it', () => {
  const unnamed = (...rows: string[]): string => `vin a temper alter#\n${rows.join('\n')}\n`
  const many = Array.from({ length: 70_000 }, (_, row) => `${row} 7 25 1`)

  it('is decided by all rows while they are few', () => {
    const rows = many.slice(0, 60_000)
    const isSwept = stream(bytesOf(unnamed(...rows)), 65_536)
    expect([isSwept.early, isSwept.file.sweepNames]).toEqual([0, ['vin']])
    expect(stream(bytesOf(unnamed(...rows, 'failed 7 25 1')), 65_536).file).toMatchObject({
      sweepNames: [],
      problems: [],
    })
  })

  it('is decided by the first rows where they are many', () => {
    const { early, file } = stream(bytesOf(unnamed(...many)), 65_536)
    expect(early).toBeGreaterThan(60_000)
    expect(file).toMatchObject({ sweepNames: ['vin'], problems: [] })
  })

  it.each([
    ['failed 7 25 1', 'vin is failed here'],
    ['1 7 25 2', 'vin stands beside another alter#, 2, here'],
  ])('is told to be doubtful when a later row says otherwise: %s', (row, message) => {
    const { file } = stream(bytesOf(unnamed(...many, row, row)), 65_536)
    expect(file.sweepNames).toEqual(['vin'])
    expect(file.problems).toEqual([
      { level: 'error', line: 70_002, message: expect.stringContaining(message) as string },
    ])
  })

  it('is given on at once when the second row rules it out', () => {
    const { early } = stream(bytesOf(unnamed('1 7 25 1', '1 7 25 2', ...many.slice(0, 30_000))), 65_536)
    expect(early).toBeGreaterThan(20_000)
  })
})

describe('what is no text', () => {
  const large = bytesOf(table(20_000))
  const with0 = (at: number): Uint8Array => large.slice().fill(0, at, at + 1)

  it.each([
    ['a NUL in the middle', with0(500_000), 'not text: NUL at byte 500001'],
    ['a NUL at the beginning', with0(16), 'not text: NUL at byte 17'],
    ['a NUL at the end', Uint8Array.of(...bytesOf(table(1)), 0), 'not text: NUL at byte 105'],
    ['gzip data', Uint8Array.of(0x1f, 0x8b, 8, 1), 'not text: gzip data'],
    ['xz data', Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0), 'not text: xz data'],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x61, 0), 'UTF-16 text: convert it to UTF-8'],
    ['control bytes', Uint8Array.of(1, 2, 3, 4, 0x61), 'not text: binary data'],
    ['many control bytes', new Uint8Array(10_000).fill(1), 'not text: binary data'],
  ])('%s is refused, however it is cut', (_, bytes, message) => {
    expect(decodeText(bytes)).toEqual({ refused: message })
    const sizes = bytes.length > 100_000 ? [4096, 65_536, bytes.length] : [1, 2, 5, 4096, bytes.length]
    for (const size of sizes) expect(() => stream(bytes, size)).toThrow(message)
  })

  it('empty bytes are text without a table', () => {
    expect(stream(new Uint8Array(0), 1).file).toMatchObject({
      dialect: null,
      problems: [{ message: 'not a measure file: the file is empty' }],
    })
  })
})

describe('files that would fill the memory', () => {
  const piece = (byte: string): Uint8Array => bytesOf(byte.repeat(1_048_576))
  const feed = (start: string, repeated: string, times: number): MeasureEnd => {
    const measure = openMeasureStream()
    measure.push(bytesOf(start))
    const part = piece(repeated)
    for (let count = 0; count < times; count += 1) measure.push(part)
    return measure.end()
  }
  const head = "$DATA1 SOURCE='X' VERSION='1'\n.TITLE ''\n"

  it.each([
    ['a line of 100 MB', ' a temper alter#\n 1 25 1\n', '1 ', 1, 5],
    ['a line of 100 MB without blanks', ' a temper alter#\n 1 25 1\n', '1', 1, 5],
    ['names of 100 MB on a line', '', 'a ', 0, 3],
    ['a title of 100 MB', ".TITLE '", 'a', 0, 3],
    ['names of 100 MB on lines', '', 'a\n', 0, 100_003],
  ])('%s is refused in one line', (_, start, repeated, rowCount, line) => {
    const end = feed(head + start, repeated, 50)
    expect(end.rowCount).toBe(rowCount)
    expect(end.file.problems).toEqual([
      {
        level: 'error',
        line,
        message: expect.stringMatching(/^(?:this line is longer than|more than 100000)/) as string,
      },
    ])
  })

  it('a line of at most a mebibyte is read', () => {
    const line = (length: number): string => `a alter#\n${' '.repeat(length - 3)}1 1\n`
    expect(stream(bytesOf(line(1_048_576)), 65_536).file).toMatchObject({
      rows: [{ values: [1, 1] }],
      problems: [],
    })
    expect(stream(bytesOf(line(1_048_577)), 65_536).file).toMatchObject({ rows: [], problems: [{ line: 2 }] })
  })

  it.each([
    ['assignments', 'a = 1\n', 'b = 2.5\n'],
    ['a log', 'Exported variables from results directory: x\nMeasurement Name : a\n', 'b = 2.5\n'],
    ['assignments on one line', 'A = 1\nB = ', '1'],
  ])('%s of 50 MB are refused in one line', (_, start, repeated) => {
    const { file, rowCount } = feed(start, repeated, 6)
    expect([file.rows, rowCount]).toEqual([[], 0])
    expect(file.problems).toEqual([
      { level: 'error', line: null, message: expect.stringMatching(/: nothing is read$/) as string },
    ])
  })

  it('the problems of a file beyond a thousand are counted', () => {
    const text = `$OPTION MEASFORM=1\na temper alter#\n${'1 25\n'.repeat(5000)}`
    const { problems } = parseMeasureFile(text)
    expect(problems).toHaveLength(1001)
    expect(problems.at(-1)).toEqual({
      level: 'error',
      line: null,
      message: '4000 more problems are not listed',
    })
  })
})

describe('a record that is wrapped otherwise than the others', () => {
  const lines = [' 1 1.5', ' 2.5 25', ' 1', ' 2 3.5', ' 4.5 25', ' 1', ' 3 3.5', ' 4.5 25', ' 1']
  const text = (changed: readonly string[]): string => `${table(0)}${changed.join('\n')}\n`

  it('is told, because its values may be shifted', () => {
    expect(parseMeasureFile(text(lines)).problems).toEqual([])
    const moved = [...lines.slice(0, 3), ' 2', ' 3.5 4.5', ' 25 1', ...lines.slice(6)]
    expect(parseMeasureFile(text(moved)).problems).toEqual([
      {
        level: 'warning',
        line: 9,
        message: expect.stringContaining('broken into lines otherwise') as string,
      },
    ])
  })

  it('is nothing to Spectre, which breaks lines by their length', () => {
    const spectre =
      "$ Simulator: spectre (ver. 1)\n.title ''\na b temper alter#\n1.5e-12 2\n25 1\n1 2.5 -25\n1\n"
    expect(parseMeasureFile(spectre)).toMatchObject({ problems: [], rows: [{ line: 4 }, { line: 6 }] })
  })
})

const realData = process.env.PVT_REAL_DATA
if (!realData) test('the real files were skipped: PVT_REAL_DATA is not set', () => {})

describe.skipIf(!realData)('the real measure files', () => {
  const folder = join(realData ?? '/nowhere', 'measure')
  const files = realData
    ? readFileSync(join(folder, 'INDEX.tsv'), 'utf8')
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split('\t')[0]!)
    : []

  it.each(files)('%s is the same in pieces of 1, 7, 64 and 4096 bytes', (name) => {
    // A Buffer's slice would be no copy.
    const bytes = new Uint8Array(readFileSync(join(folder, name)))
    const whole = outcome(() => stream(bytes, bytes.length))
    const decoded = decodeText(bytes)
    if ('text' in decoded) expect(whole).toMatchObject({ file: parseMeasureFile(decoded.text) })
    for (const size of [1, 7, 64, 4096]) expect(outcome(() => stream(bytes, size))).toEqual(whole)
  })
})
