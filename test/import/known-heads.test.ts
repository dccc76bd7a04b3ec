import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MeasureRows, measureRows } from '../../src/import/measure-rows.ts'
import { KnownHeads, startOf } from '../../src/parse/known-heads.ts'
import { hspiceMeasureText } from '../fixtures/measure.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const names = ['tplh', 'power', 'temper', 'alter#']
const text = (values: number[], title = 'deck'): string =>
  hspiceMeasureText({ names, rows: [[...values, 25, 1]], title })

/** What the reader of pieces says. */
function read(file: Uint8Array): ReturnType<typeof measureRows> {
  const reader = new MeasureRows()
  const rows = reader.push(file)
  const end = reader.end()
  return { rows: [...rows, ...end.rows], problems: end.problems }
}

/** What is read of the last file when the others were read before it. */
function readLast(files: readonly Uint8Array[]): { file: ReturnType<typeof read>; isKnown: boolean } {
  const heads = new KnownHeads()
  for (const file of files.slice(0, -1)) measureRows(file, heads)
  const isKnown = heads.find(startOf(files.at(-1)!)) !== null
  return { file: measureRows(files.at(-1)!, heads), isKnown }
}

describe('a measure file that begins as one before it', () => {
  const first = bytes(text([1e-12, 2e-6]))

  test.each<[string, string]>([
    ['with other values', text([3.25e-12, 4e-6])],
    ['with a failed value', text([3.25e-12, 4e-6]).replace(/3\.25\S+/, 'failed')],
    ['cut inside its record', text([3.25e-12, 4e-6]).slice(0, -20)],
    ['cut behind its names', text([1, 2]).replace(/(?<=alter#[^\n]*\n)[^]*/, '')],
    ['with a second head below', text([1, 2]) + text([3, 4])],
    ['with a record that does not fit', `${text([1, 2])} 1 2 3 4 5\n`],
    ['with lines of Windows below its names', text([1, 2]).replace(/(?<=alter#\s*\n[^]*)\n/g, '\r\n')],
    ['with a value that is none', text([1, 2]).replace(/(?<=alter#\s*\n\s*)\S+/, '1..2')],
  ])('%s: is read as without it', (_, second) => {
    const file = bytes(second)
    expect(readLast([first, file])).toEqual({ file: read(file), isKnown: true })
  })

  test.each<[string, string]>([
    ['another title', text([1, 2], 'other deck')],
    ['one name more', text([1, 2]).replace('power', 'power delay')],
    ['names only, and no line end', text([1, 2]).replace(/(?<=alter#[^\n]*)\n[^]*/, '')],
    ['the end of lines of Windows', text([1, 2]).replaceAll('\n', '\r\n')],
  ])('no more than nearly: %s', (_, second) => {
    const file = bytes(second)
    expect(readLast([first, file])).toEqual({ file: read(file), isKnown: false })
  })

  test('whatever is behind its names: is read as without it', () => {
    const tokens = fc.constantFrom(
      '1',
      '2.5e-12',
      ' ',
      '  ',
      '\n',
      '\r\n',
      '\t',
      '.',
      '-',
      'e',
      'failed',
      '$',
      '0',
      '\0',
    )
    const start = text([1, 2]).replace(/(?<=alter#[^\n]*\n)[^]*/, '')
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 16 }), (behind) => {
        const file = bytes(start + behind.join(''))
        expect(said(() => readLast([first, file]).file)).toEqual(said(() => read(file)))
      }),
      { numRuns: 3000 },
    )
  })

  test('of several testbenches in turn, each is known', () => {
    const files = ['a', 'b', 'c', 'a', 'b', 'c'].map((title, index) => bytes(text([index, 1], title)))
    expect(readLast(files)).toEqual({ file: read(files.at(-1)!), isKnown: true })
  })

  test('and has one record is read as without those that have several, whose first column is a sweep', () => {
    const one = text([1, 2])
    const files = [one, one + one.split('\n').at(-2)!.replace('1', '3') + '\n', one].map(bytes)
    expect(read(files[1]!).rows[0]!.sweep).toEqual({ tplh: 1 })
    expect(readLast(files)).toEqual({ file: read(files[2]!), isKnown: true })
  })

  test('in the same buffer is known by what it says, not by the place where it stands', () => {
    const heads = new KnownHeads()
    const shared = Buffer.alloc(4096)
    const files = ['a', 'b', 'a', 'c'].map((title) => text([1, 2], title).replace('tplh', `tplh_${title}`))
    const found = files.map((file) => measureRows(shared.subarray(0, shared.write(file)), heads))
    expect(found).toEqual(files.map((file) => read(bytes(file))))
  })

  test('what is no text below its names is refused', () => {
    const file = bytes(`${text([1, 2])}\0`)
    expect(() => readLast([first, file])).toThrow('not text: NUL')
  })

  test('another form is not taken for a table', () => {
    const file = bytes('TPLH = 1.2e-12\nPOWER = FAILED\n')
    expect(readLast([file, file])).toEqual({ file: read(file), isKnown: false })
  })
})

const realData = process.env.PVT_REAL_DATA
if (!realData) test('the real files were skipped: PVT_REAL_DATA is not set', () => {})
const folder = join(realData ?? '/nowhere', 'measure')
const realFiles = realData ? readdirSync(folder).filter((name) => !/\.(json|tsv)$/.test(name)) : []

test.each(realFiles)('the real file %s is read the second time as the first', (name) => {
  const file = readFileSync(join(folder, name))
  expect(said(() => readLast([file, file]).file)).toEqual(said(() => read(file)))
})

function said(work: () => ReturnType<typeof read>): unknown {
  try {
    return work()
  } catch (error) {
    return String(error)
  }
}
