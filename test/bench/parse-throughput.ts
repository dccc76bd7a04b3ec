import { spawn } from 'node:child_process'
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { measuredColumns, toMeasuredRow } from '../../src/parse/measured-row.ts'
import { type MeasureStream, openMeasureStream } from '../../src/parse/measure-stream.ts'
import type { MeasureTableRow } from '../../src/parse/measure-table.ts'
import { hspiceMeasureText } from '../fixtures/measure.ts'
import { type Contestant, interleave, ratio, spread, type Spread } from './interleave.ts'
import { childEnvironment, type Tools } from './machine.ts'

/** One way of reading the file: milliseconds, and how many megabytes (10^6 bytes) a second that is. */
export interface ParseFigure extends Spread {
  name: string
  megabytesPerSecond: number
  /** Our time over Python's, in the same rounds; null without Python and for Python itself. */
  toPython: number | null
}

export interface ParseReport {
  rounds: number
  rows: number
  bytes: number
  figures: ParseFigure[]
}

const rowCount = 200_000
const pieceLength = 1_048_576

/**
 * How fast one measure file of 200,000 rows is read, from the disk's cache: only its bytes, its rows, its rows as JSON,
 * and beside them Python's split() and float(). The database has no part in it.
 */
export async function measureParsing(
  folder: string,
  { python }: Tools,
  rounds: number,
): Promise<ParseReport> {
  const path = join(folder, 'large.mt0')
  writeLargeFile(path)
  const bytes = statSync(path).size
  const splitter = python === null ? null : startSplitter(python)
  try {
    const contestants = [
      ours('read the bytes only', path, null),
      ours('parse', path, () => () => undefined),
      ours('parse, objects, JSON.stringify', path, stringifyObjects),
      ...(splitter === null ? [] : [{ name: 'python: split() and float()', run: () => splitter.run(path) }]),
    ]
    const series = await interleave(contestants, rounds, 2)
    const theirs = splitter === null ? undefined : series.at(-1)
    const figures = series.map((one) => ({
      name: one.name,
      ...spread(one.times),
      megabytesPerSecond: bytes / spread(one.times).median / 1000,
      toPython: theirs === undefined || theirs === one ? null : ratio(one, theirs),
    }))
    return { rounds, rows: rowCount, bytes, figures }
  } finally {
    splitter?.close()
  }
}

/** What is done with each row. */
type UseRow = (stream: MeasureStream) => (row: MeasureTableRow) => void

const stringifyObjects: UseRow = (stream) => {
  const columns = measuredColumns(stream.columns!)
  return (row) => {
    const { sweep, measurements, failed } = toMeasuredRow(row, columns)
    for (const part of [sweep, measurements, failed]) JSON.stringify(part)
  }
}

function ours(name: string, path: string, use: UseRow | null): Contestant {
  return {
    name,
    run: async () => {
      const start = performance.now()
      const rows = use === null ? readBytes(path, () => undefined) : readRows(path, use)
      const time = performance.now() - start
      if (use !== null && rows !== rowCount) throw new Error(`${rows} rows instead of ${rowCount}`)
      return time
    },
  }
}

function readRows(path: string, use: UseRow): number {
  const stream = openMeasureStream()
  let useRow: ((row: MeasureTableRow) => void) | null = null
  const take = (rows: readonly MeasureTableRow[]): void => {
    if (rows.length > 0) useRow ??= use(stream)
    for (const row of rows) useRow!(row)
  }
  readBytes(path, (piece) => {
    take(stream.push(piece))
  })
  const end = stream.end()
  take(end.file.rows)
  return end.rowCount
}

function readBytes(path: string, take: (piece: Uint8Array) => void): number {
  const buffer = Buffer.allocUnsafeSlow(pieceLength)
  const descriptor = openSync(path, 'r')
  try {
    let total = 0
    for (let length = readSync(descriptor, buffer); length > 0; length = readSync(descriptor, buffer)) {
      take(buffer.subarray(0, length))
      total += length
    }
    return total
  } finally {
    closeSync(descriptor)
  }
}

/** Twelve columns of the flow's own simulator: values of nine digits between 1e-15 and 1e-3. */
function writeLargeFile(path: string): void {
  const names = [
    'index',
    ...Array.from({ length: 9 }, (_, column) => `measure_${column + 1}`),
    'temper',
    'alter#',
  ]
  const descriptor = openSync(path, 'w')
  const perPiece = 10_000
  let state = 1
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  for (let first = 0; first < rowCount; first += perPiece) {
    const rows = Array.from({ length: perPiece }, (_, row) => [
      first + row + 1,
      ...Array.from({ length: 9 }, () => (random() - 0.5) * 10 ** -Math.floor(3 + 12 * random())),
      25,
      1,
    ])
    const text = hspiceMeasureText({ names, rows, paramCount: 1 })
    const head = text.indexOf('alter#') + 'alter#'.length
    writeSync(descriptor, first === 0 ? text : text.slice(text.indexOf('\n', head) + 1))
  }
  closeSync(descriptor)
}

function startSplitter(python: string): { run: (path: string) => Promise<number>; close: () => void } {
  const child = spawn(python, [join(import.meta.dirname, 'split.py')], {
    env: childEnvironment(),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    run: async (path) => {
      child.stdin.write(`${path}\n`)
      const line = await lines.next()
      if (line.done === true) throw new Error('split.py has ended; its message stands above')
      const [time, rows] = line.value.split(' ').map(Number)
      if (rows !== rowCount) throw new Error(`split.py read ${rows ?? 'no'} rows instead of ${rowCount}`)
      return time!
    },
    close: () => {
      child.stdin.end()
    },
  }
}
