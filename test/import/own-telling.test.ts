import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSourceJob } from './source-job.ts'
import { type SourceFiles, write } from './source-files.ts'

const { newRun, newJob, take, stored } = openSourceJob()

/** A row of the measure file, with `b` of creport.txt because that was preferred, or was there first. */
async function withTakenValue(b: number | 'failed'): Promise<SourceFiles> {
  await newJob()
  const run = newRun()
  await take(write(run, 'measure', { a: 1 }))
  await take(write(run, 'creport', { a: 1, b: 2 }))
  await take(write(run, 'measure', { a: 1, b }), { prefer: 'creport' })
  expect(await stored()).toMatchObject({
    ...{ mt0_file_path: run.measure, measurements: { a: 1, b: 2 } },
    measurement_sources: { b: { source: 'creport', file: run.creport } },
  })
  return run
}

test.each([
  [2, {}],
  [3, { b: 3 }],
  ['failed', { b: null }],
] as const)(
  "what the row's own file tells of a value of the preferred source is kept: %s",
  async (b, differs) => {
    const run = await withTakenValue(b)
    const backup = newRun()
    await take(write(backup, 'measure', { a: 5, b: 6 }))
    const { mt0_file_path, other_sources } = await stored()
    expect(mt0_file_path).toBe(backup.measure)
    expect(other_sources[0]).toMatchObject({ file: run.measure, differs: { a: 1, ...differs } })
    expect(other_sources[0]).not.toHaveProperty('lacks')
  },
)

test('what the preferred file does not tell any more becomes that of the own file of the row', async () => {
  const run = await withTakenValue(3)
  const dry = await take(write(run, 'creport', { a: 1 }), { prune: true, dryRun: true })
  const { vanished, changes } = await take(run.creport, { prune: true })
  expect([vanished, changes]).toMatchObject([
    [],
    [{ measurement: 'b', old: 2, new: 3, new_file: run.measure }],
  ])
  expect([dry.vanished, dry.changes]).toEqual([vanished, changes])
  expect(await stored()).toMatchObject({ measurements: { a: 1, b: 3 }, measurement_sources: {} })
})

test('a value that the own file of the row tells, too, is not pruned with that of the preferred one', async () => {
  const run = await withTakenValue(2)
  const { vanished } = await take(write(run, 'creport', { a: 1 }), { prune: true })
  expect(vanished).toMatchObject([{ measurement: 'b', removed: false, told_by: run.measure }])
  expect(await stored()).toMatchObject({ measurements: { a: 1, b: 2 }, measurement_sources: {} })
})

test('what the own file of the row tells instead follows that file', async () => {
  const run = await withTakenValue(3)
  const own = async () => (await stored()).measurement_sources['b']?.own_value
  expect(await own()).toBe(3)
  await take(write(run, 'measure', { a: 1, b: 4 }), { prefer: 'creport' })
  expect(await own()).toBe(4)
  expect((await take(run.measure, { prefer: 'creport' })).import_id).toBeNull()
  await take(write(run, 'measure', { a: 1 }), { prefer: 'creport' })
  expect(await own()).toBeUndefined()
})

test('what a moved file of the row tells instead is that of the new place', async () => {
  await newJob()
  const [run, backup] = [newRun(), newRun()]
  const tree = join(write(run, 'measure', { a: 1 }), '../../../../..')
  await take(tree)
  await take(write(run, 'creport', { a: 1, b: 2, c: 5 }))
  write(run, 'measure', { a: 1, b: 3, c: 5 })
  rmSync(run.creport)
  await take(tree, { prefer: 'creport' })
  expect((await stored()).measurement_sources).toMatchObject({ b: { own_value: 3 }, c: { own_value: 5 } })
  const moved = { ...run, measure: join(run.measure, '../result/sim_tx.mt0') }
  write(moved, 'measure', { a: 1, b: 4 })
  rmSync(run.measure)
  await take(tree, { prefer: 'creport' })
  await take(write(backup, 'measure', { a: 6 }))
  expect((await stored()).other_sources[0]).toMatchObject({
    file: moved.measure,
    differs: { a: 1, b: 4 },
    lacks: ['c'],
  })
})

test('a report beside a measure file whose value stays keeps its own number', async () => {
  await newJob()
  const [run, backup] = [newRun(), newRun()]
  await take(write(run, 'measure', { a: 1, b: 2 }))
  await take(write(run, 'creport', { a: 5 }), { prefer: 'creport' })
  await take(write(run, 'report', { a: 6, b: 7 }))
  expect(await stored()).toMatchObject({ mt0_file_path: run.report, measurements: { a: 6, b: 2 } })
  await take(write(backup, 'measure', { a: 8, b: 9 }))
  const told = (await stored()).other_sources.find(({ source }) => source === 'report')
  expect(told).toMatchObject({ file: run.report, differs: { a: 6, b: 7 } })
})
