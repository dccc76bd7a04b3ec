import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeEach(() => {
  place = openWorkplace()
})

afterEach(() => {
  place.remove()
})

test('text that a spreadsheet would run is disarmed in every CSV, when it is asked for', async () => {
  await place.create(['--name', '=cmd|calc', '--description', '+1', '--tag', '@x', '--user', '-eva'])
  const line = async (...words: string[]): Promise<string> => (await place.pvt(words)).stdout.split('\n')[1]!
  const plain = await line('history', '-f', 'csv')
  expect(plain).toContain(',=cmd|calc,')
  for (const words of [
    ['--safe-csv', 'history', '-f', 'csv'],
    ['history', '-f', 'csv', '--safe-csv'],
    ['job', 'status', '@latest', '-f', 'csv', '--safe-csv'],
  ]) {
    const env = ['job', 'status'].every((word) => words.includes(word)) ? { USER: '-eva' } : {}
    const { stdout } = await place.pvt(words, { env })
    expect(stdout.split('\n')[1], words.join(' ')).toContain(",'=cmd|calc,")
    expect(stdout.split('\n')[1]).toContain(",'-eva,")
    // `+1` is a number for every spreadsheet.
    expect(stdout.split('\n')[1]).toContain(',+1,')
  }
  expect((await place.pvt(['history', '--safe-csv'])).stdout).toContain(' =cmd|calc ')
  expect(await place.json(['history', '--safe-csv'])).toMatchObject([{ name: '=cmd|calc', user: '-eva' }])
})

test('an export disarms the names of measurements and the points, and no number', async () => {
  const id = await place.create()
  const file = place.path('work', 'm.mt0')
  writeFileSync(
    file,
    `$DATA1 SOURCE='HSPICE' VERSION='2020'\n.TITLE '* t'\n -del @power\n temper alter#\n -1.5e-12 3.0\n 85.0 1\n`,
  )
  const point = ['--corner', '@SS', '--temperature', '85', '--voltage', 'v1nom', '--extraction', 'typical']
  const imported = await place.pvt(['results', 'import', file, '-j', id, ...point])
  expect(imported.code, imported.stderr).toBe(0)
  const plain = await place.pvt(['results', 'export', '-j', id])
  expect(plain.stdout).toMatch(/,-del,@power/)
  expect(plain.stdout).toMatch(/^@SS\//m)
  const safe = await place.pvt(['results', 'export', '-j', id, '--safe-csv', '-o', 'out.csv'])
  expect(safe.code, safe.stderr).toBe(0)
  const text = readFileSync(place.path('work', 'out.csv'), 'utf8')
  expect(text).toMatch(/,'-del,'@power/)
  expect(text).toMatch(/^'@SS\//m)
  expect(text).toMatch(/,-1.5e-12,3/)
  expect(text.replaceAll("'", '')).toBe(plain.stdout)
})
