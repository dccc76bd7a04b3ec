import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { type ResultSource, resultSources } from '../../src/domain/measurement.ts'
import { openSourceJob } from './source-job.ts'
import { type Values, write } from './source-files.ts'

const { newRun, newJob, take, stored, findings } = openSourceJob()

/** All that the row says, but which import brought what, and in what order the names stand. */
async function state() {
  const { measurements, failed, measurement_sources, other_sources, source, mt0_file_path } = await stored()
  const places = Object.entries(measurement_sources).map(([name, { file, line }]) => [name, file, line])
  const others = other_sources.map((other) => ({ ...other, import_id: null }))
  return { measurements, failed, places: places.sort(), others, source, mt0_file_path }
}

const orders: ResultSource[][] = [
  ['measure', 'report', 'creport'],
  ['measure', 'creport', 'report'],
  ['report', 'measure', 'creport'],
  ['report', 'creport', 'measure'],
  ['creport', 'measure', 'report'],
  ['creport', 'report', 'measure'],
]

test.each<[string, Partial<Record<ResultSource, Values>>]>([
  ['agree', { measure: { a: 1, b: 2 }, report: { a: 1, b: 2 }, creport: { a: 1 } }],
  ['differ from the measure file', { measure: { a: 1 }, report: { a: 7 }, creport: { a: 7 } }],
  ['all differ', { measure: { a: 1, b: 2 }, report: { a: 7 }, creport: { a: 8, c: 3 } }],
  [
    'hold a number behind one that failed',
    { measure: { a: 1 }, report: { b: 'failed' }, creport: { b: -5 } },
  ],
  ['failed for what another has', { measure: { a: 1 }, report: { b: -5 }, creport: { b: 'failed' } }],
  ['failed in the measure file alone', { measure: { a: 'failed' }, report: { a: 1 }, creport: { a: 1 } }],
])('sources that %s make one row, in each order and at once', async (_, values) => {
  const run = newRun()
  for (const source of resultSources) write(run, source, values[source]!)
  await newJob()
  await take(join(run.report, '../..'))
  const atOnce = await state()
  for (const order of orders) {
    await newJob()
    for (const source of order) await take(run[source])
    expect(await state()).toEqual(atOnce)
    // What came first of all is named with the import that brought it.
    await take(dirname(dirname(run.report)))
    expect([order, await state(), await findings()]).toEqual([order, atOnce, []])
  }
})

test('a creport.txt is named beside its report though the report disagrees with what is stored', async () => {
  await newJob()
  const [run, backup] = [newRun(), newRun()]
  await take(write(run, 'measure', { a: 1, b: 2 }))
  write(backup, 'creport', { a: 1 })
  await take(dirname(dirname(write(backup, 'report', { a: 7, b: 2 }))))
  expect((await stored()).other_sources).toMatchObject([
    { file: backup.report, agrees: false, differs: { a: 7 } },
    { file: backup.creport, agrees: true, lacks: ['b'] },
  ])
})

test('a number behind a failed one is taken in the import that brings both', async () => {
  await newJob()
  const [run, backup] = [newRun(), newRun()]
  await take(write(run, 'measure', { a: 1 }))
  write(backup, 'creport', { a: 1, b: -5 })
  const { changes } = await take(dirname(dirname(write(backup, 'report', { a: 1, b: 'failed' }))))
  expect([(await stored()).measurements, changes.length]).toEqual([{ a: 1, b: -5 }, 1])
})

test.each([2, 5])('a pruned value that another path tells as %d is that one', async (told) => {
  await newJob()
  const [run, backup] = [newRun(), newRun()]
  await take(write(run, 'measure', { a: 1, b: 2, c: 3 }))
  await take(write(backup, 'report', { a: 1, b: told }))
  write(run, 'measure', { a: 1 })
  const kept = await take(run.measure)
  expect(kept.vanished).toMatchObject([
    { measurement: 'b', removed: false, told_by: backup.report },
    { measurement: 'c', removed: false, told_by: null },
  ])
  const { vanished, changes } = await take(run.measure, { prune: true })
  expect((await stored()).measurements).toEqual({ a: 1, b: told })
  expect((await stored()).measurement_sources['b']).toMatchObject({ source: 'report', file: backup.report })
  const same = { measurement: 'b', removed: false, told_by: backup.report }
  const gone = { measurement: 'c', removed: true, told_by: null }
  expect([vanished, changes]).toMatchObject(
    told === 2 ? [[same, gone], []] : [[gone], [{ measurement: 'b', old: 2, new: 5 }]],
  )
  expect(await take(run.measure, { prune: true })).toMatchObject({ vanished: [], import_id: null })
})

test('two paths with a file of the same kind: what the second tells, too, stays when the first is pruned', async () => {
  await newJob()
  const [run, backup] = [newRun(), newRun()]
  write(run, 'creport', { a: 1 })
  const first = dirname(write(run, 'report', { a: 1 }))
  await take(first)
  await take(write(backup, 'report', { a: 1 }))
  rmSync(run.report)
  rmSync(run.creport)
  write({ ...run, report: run.report.replace('TT', 'SSG') }, 'report', { a: 3 })
  const { vanished, results_pruned } = await take(first, { prune: true })
  expect([vanished, results_pruned]).toMatchObject([[{ told_by: backup.report, removed: false }], 0])
})

test('a value of the preferred source stays when a rawer one tells the same', async () => {
  await newJob()
  const run = newRun()
  await take(write(run, 'measure', { a: 1 }))
  await take(write(run, 'creport', { a: 1, b: 2 }))
  await take(write(run, 'measure', { a: 1, b: 2 }), { prefer: 'creport' })
  expect((await stored()).measurement_sources['b']).toMatchObject({ source: 'creport', file: run.creport })
  await take(run.measure)
  expect((await stored()).measurement_sources).toEqual({})
})
