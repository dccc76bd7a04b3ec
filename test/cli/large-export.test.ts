import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hspiceMeasureText } from '../fixtures/measure.ts'
import { openWorkplace, program, type Workplace } from './run-pvt.ts'

/** More rows than an export holds at once, of two points in flow order and not in that of their names. */
const rowsEach = 10_500
let place: Workplace
let id: string

beforeAll(async () => {
  place = openWorkplace()
  const names = ['vin', 'del_rr', 'power', 'temper', 'alter#']
  for (const [voltage, first] of [
    ['v1min', 0],
    ['v1max', 1],
  ] as const) {
    const path = place.path('domain/TT/typical/typical_m40', voltage, 'sim_tx.mt0')
    mkdirSync(dirname(path), { recursive: true })
    const rows = Array.from({ length: rowsEach }, (_, row) => [
      row,
      first,
      row === 7 ? null : row / 8,
      -40,
      1,
    ])
    writeFileSync(path, hspiceMeasureText({ names, rows, paramCount: 1 }))
  }
  id = await place.create(['-d', place.path('domain')])
  expect((await place.pvt(['results', 'import', place.path('domain'), '-j', id])).code).toBe(0)
}, 60_000)

afterAll(() => {
  place.remove()
})

const read = async (...words: string[]): Promise<string> => {
  const { code, stdout } = await place.pvt(['results', 'export', '-j', id, ...words])
  expect(code).toBe(0)
  return stdout
}

test('a job of many rows: CSV, JSON and ndjson tell the same rows, in flow order, as `results show`', async () => {
  const shown = await place.json<{ point: string; row_number: number; measurements: object }[]>([
    ...['results', 'show', '-j', id],
  ])
  expect(shown).toHaveLength(2 * rowsEach)
  expect(JSON.parse(await read('--type', 'json'))).toEqual(shown)
  const lines = (await read('--type', 'ndjson')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(shown)
  const csv = (await read()).trimEnd().split(/\r?\n/)
  expect(csv[0]).toContain('row_number,vin,del_rr,power,status')
  expect(csv.slice(1).map((line) => line.split(',')[0])).toEqual(shown.map(({ point }) => point))
}, 60_000)

test('filters hold, also for a measurement that is not asked for', async () => {
  const csv = (await read('--voltage', 'v1max', '--measure', 'power')).trimEnd().split(/\r?\n/)
  expect(csv).toHaveLength(rowsEach + 1)
  expect(csv[0]).toContain('vin,power,status')
}, 60_000)

test('into a file: the same text, put in place whole', async () => {
  const path = place.path('results.csv')
  writeFileSync(path, 'old')
  const answer = await place.pvt(['results', 'export', '-j', id, '-o', path])
  expect(answer).toMatchObject({ code: 0, stderr: `pvt: ${2 * rowsEach} rows written to ${path}\n` })
  expect(readFileSync(path, 'utf8')).toBe(await read())
  expect(readdirSync(place.folder).filter((name) => name.includes('.tmp'))).toEqual([])
}, 60_000)

test('a device is written to, and a folder that is not there is an error', async () => {
  expect((await place.pvt(['results', 'export', '-j', id, '-o', '/dev/null'])).code).toBe(0)
  const answer = await place.pvt(['results', 'export', '-j', id, '-o', place.path('none/results.csv')])
  expect(answer.code).toBe(1)
  expect(answer.stderr).toContain('cannot be written (ENOENT)')
}, 60_000)

test('a reader that goes ends it quietly', async () => {
  const env = { ...place.env, PVT_DB: place.db }
  const child = spawn(process.execPath, [program, 'results', 'export', '-j', id], { env })
  child.stdout.once('data', () => child.stdout.destroy())
  let stderr = ''
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
}, 60_000)
