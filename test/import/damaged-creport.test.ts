import { rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { openSourceJob } from './source-job.ts'
import { type SourceFiles, write } from './source-files.ts'

const { newRun, newJob, take, rows } = openSourceJob()

const header = ['process', 'extract', 'temp', 'v1', 'a', 'b', 'temper', 'alter#']
type Corner = 'TT' | 'SSG' | 'FFG'
const rowOf = (corner: Corner): string[] => [corner, 'typical', '-40', 'min', '1', '2', '-40', '1']

/** A creport.txt with these lines, each filled up with tabs as the flow does. */
function writeLines(run: SourceFiles, lines: readonly (readonly string[])[], end = '\t\t\n'): string {
  write(run, 'creport', { a: 1 })
  const texts = [header, ...lines].map((fields) => fields.join('\t'))
  writeFileSync(run.creport, `${texts.join('\t\t\n')}${end}`)
  return run.creport
}

/** Of TT, SSG and FFG, imported; then only the given lines are left. What of it is told as vanished, by corner. */
async function vanishedOf(lines: readonly (readonly string[])[], end?: string): Promise<string[]> {
  await newJob()
  const run = newRun()
  await take(writeLines(run, [rowOf('TT'), rowOf('SSG'), rowOf('FFG')]))
  writeLines(run, lines, end)
  const { vanished, problems } = await take(run.creport, { prune: true })
  expect(problems.length).toBeGreaterThan(0)
  const told = vanished.map(({ point, measurement }) => `${point.split('/')[0]!} ${measurement ?? 'row'}`)
  expect(await rows()).toHaveLength(3 - told.filter((one) => one.endsWith('row')).length)
  return told
}

const damaged = (corner: Corner, place: number, text: string): string[] =>
  rowOf(corner).map((field, index) => (index === place ? text : field))

test.each([
  ['has too few fields', rowOf('SSG').slice(0, 5).join('\t').split('\t')],
  ['has fewer values than names', rowOf('SSG').slice(0, 7)],
  ['has more values than names', [...rowOf('SSG'), '7', '8', '9']],
  ['has a value that is no number', damaged('SSG', 4, '1x')],
  ['has another voltage word', damaged('SSG', 3, 'mim')],
  ['has a temperature that is none', damaged('SSG', 2, '4O')],
])('a row that %s keeps nothing but its own point from being told as vanished', async (_, row) => {
  expect(await vanishedOf([row, rowOf('TT')])).toEqual(['FFG row'])
})

test.each([
  ['a corner that is not there', [damaged('SSG', 0, ''), rowOf('TT')]],
  ['a corner and a voltage that are misspelt', [damaged('SSG', 0, 'S?G').with(3, 'mim'), rowOf('TT')]],
  ['a tab that was lost', [['SSG typical', ...rowOf('SSG').slice(2)], rowOf('TT')]],
  ['a second header', [rowOf('TT'), header]],
  ['a short row, the last', [rowOf('TT'), rowOf('SSG').slice(0, 6)]],
])('%s: whose the row is is not known, and nothing has vanished', async (_, lines) => {
  expect(await vanishedOf(lines, '\n')).toEqual([])
})

test('a file that ends inside a row may have gone on: nothing has vanished', async () => {
  expect(await vanishedOf([rowOf('TT'), rowOf('SSG').slice(0, 5)], '')).toEqual([])
  expect(await vanishedOf([rowOf('TT'), rowOf('SSG').slice(0, 2)], '')).toEqual([])
})

test('a measurement that the names of another row do not have is told beside a damaged row', async () => {
  await newJob()
  const run = newRun()
  await take(writeLines(run, [rowOf('TT'), rowOf('SSG'), rowOf('FFG')]))
  const without = (corner: Corner): string[] => rowOf(corner).toSpliced(5, 1)
  write(run, 'creport', { a: 1 })
  const lines = [
    header.toSpliced(5, 1),
    without('SSG').slice(0, 6),
    without('TT'),
    without('FFG').with(3, 'mim'),
  ]
  writeFileSync(run.creport, lines.map((fields) => `${fields.join('\t')}\t\t\n`).join(''))
  const { vanished } = await take(run.creport, { prune: true })
  expect(vanished).toMatchObject([{ point: 'TT/typical/m40/v1min', measurement: 'b', removed: true }])
})

test('what creport.txt may still tell has not vanished with the report of the same folder', async () => {
  await newJob()
  const run = newRun()
  writeLines(run, [rowOf('TT'), rowOf('SSG')])
  await take(dirname(write(run, 'report', { a: 1, b: 2 })))
  rmSync(run.report)
  writeLines(run, [damaged('TT', 3, 'mim'), rowOf('SSG')])
  expect((await take(dirname(run.report), { prune: true })).vanished).toEqual([])
  write(run, 'report', { a: 1 })
  expect((await take(dirname(run.report), { prune: true })).vanished).toEqual([])
})
