import { mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { openSourceJob } from './source-job.ts'
import { textOf, type Values, write } from './source-files.ts'

const { newRun, newJob, take, stored, rows } = openSourceJob()

const treeOf = (measure: string): string => join(measure, '../../../../..')

test.each([
  [
    'is older than its netlist',
    (measure: string) => {
      writeFileSync(measure.replace('.mt0', '.sp'), '* netlist\n')
      utimesSync(measure, 0, 0)
    },
  ],
  [
    'is of another temperature',
    (measure: string) => {
      const other = measure.replaceAll('m40', '85')
      mkdirSync(dirname(other), { recursive: true })
      renameSync(measure, other)
    },
  ],
])('what a measure file that %s does not tell any more is told as vanished', async (_, make) => {
  await newJob()
  const run = newRun()
  const tree = treeOf(write(run, 'measure', { a: 1, b: 2 }, { a: 3, b: 4 }))
  make(run.measure)
  await take(tree)
  write(run, 'measure', { a: 1 })
  make(run.measure)
  const { vanished, problems } = await take(tree)
  expect(vanished.map(({ measurement, row_number }) => [measurement, row_number])).toEqual([
    ['b', 1],
    [null, 2],
  ])
  expect(problems).toMatchObject([{ level: 'warning' }])
  await take(tree, { prune: true })
  expect((await rows()).map(({ measurements }) => measurements)).toEqual([{ a: 1 }])
})

test.each([
  [
    'lies behind a link now',
    (measure: string) => {
      const corner = join(measure, '../../../..')
      renameSync(corner, `${treeOf(measure)}-moved`)
      symlinkSync(`${treeOf(measure)}-moved`, corner)
    },
  ],
  [
    'was packed',
    (measure: string) => {
      renameSync(measure, `${measure}.gz`)
    },
  ],
])('a measure file that %s has not vanished: nobody looked into it', async (_, hide) => {
  await newJob()
  const run = newRun()
  const tree = treeOf(write(run, 'measure', { a: 1 }))
  const other = { ...run, measure: run.measure.replace('/TT/', '/SSG/') }
  write(other, 'measure', { a: 2 })
  await take(tree)
  hide(run.measure)
  expect(await take(tree, { prune: true })).toMatchObject({ vanished: [], results_pruned: 0 })
  expect(await rows()).toHaveLength(2)
})

test('a row whose file was moved to result/ and cannot be read there has not vanished', async () => {
  await newJob()
  const run = newRun()
  const tree = treeOf(write(run, 'measure', { a: 1 }))
  write({ ...run, measure: run.measure.replace('/TT/', '/SSG/') }, 'measure', { a: 2 })
  await take(tree)
  const result = join(dirname(run.measure), 'result')
  mkdirSync(result)
  const moved = join(result, 'sim_tx.mt0')
  renameSync(run.measure, moved)
  await take(tree)
  expect((await stored()).mt0_file_path).toBe(run.measure)
  writeFileSync(moved, 'PK\u0000\u0003')
  const { vanished, problems } = await take(tree, { prune: true })
  expect([vanished, problems]).toMatchObject([[], [{ file: moved, level: 'error' }]])
  expect(await rows()).toHaveLength(2)
})

test('a file is not said to tell what vanished from it and was kept, until it tells it again', async () => {
  const [run, backup] = [newRun(), newRun()]
  write(backup, 'measure', { a: 5 })
  const lacking = async (): Promise<unknown> => {
    await take(backup.measure)
    const { measurements, mt0_file_path, other_sources } = await stored()
    expect([measurements['b'], mt0_file_path]).toEqual([2, backup.measure])
    expect(other_sources).toMatchObject([{ file: run.measure, differs: { a: 1 } }])
    return other_sources[0]!.lacks
  }
  await newJob()
  await take(write(run, 'measure', { a: 1, b: 2 }))
  await take(write(run, 'measure', { a: 1 }))
  expect(await lacking()).toEqual(['b'])
  await newJob()
  await take(write(run, 'measure', { a: 1, b: 2 }))
  await take(write(run, 'measure', { a: 1 }))
  await take(write(run, 'measure', { a: 1, b: 2 }))
  expect((await stored()).measurement_sources).toEqual({})
  expect((await take(run.measure)).import_id).toBeNull()
  expect(await lacking()).toBeUndefined()
})

test('what a creport.txt of another temperature does not tell any more is told as vanished', async () => {
  await newJob()
  const run = newRun()
  const creport = write(run, 'creport', { a: 1, b: 2 })
  const elsewhere = (values: Values): void => {
    writeFileSync(creport, textOf.creport([values]).replaceAll('-40\t1', '25\t1'))
  }
  elsewhere({ a: 1, b: 2 })
  await take(creport)
  elsewhere({ a: 1 })
  const { vanished, problems } = await take(creport)
  expect(problems).toMatchObject([{ message: expect.stringContaining('temper is 25') as unknown }])
  expect(vanished).toMatchObject([{ measurement: 'b', value: 2 }])
})
