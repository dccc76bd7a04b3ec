import { dirname, join } from 'node:path'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openSourceJob } from './source-job.ts'
import { type Values, write } from './source-files.ts'

const { newRun, newJob, take, stored, rows, findings } = openSourceJob()
const last = async () => (await rows()).at(-1)!

test.each([false, true])(
  'a row that its file does not tell any more is that of the next source; moved: %s',
  async (moves) => {
    await newJob()
    const run = newRun()
    // The first column of several rows is the sweep.
    const values = (a: number): Values[] => [1, 2, 3].map((s) => ({ s, a: a + s, b: 4 }))
    const tree = join(write(run, 'measure', ...values(0)), '../../../../..')
    write(run, 'creport', ...values(5).map((one) => ({ ...one, c: 6 })))
    await take(tree)
    write(run, 'measure', ...values(0).slice(0, 2))
    if (moves) {
      mkdirSync(join(run.measure, '../result'))
      renameSync(run.measure, join(run.measure, '../result/sim_tx.mt0'))
    }
    const { changes, vanished, disagreements } = await take(tree)
    expect(await last()).toMatchObject({
      ...{ source: 'creport', mt0_file_path: run.creport, measurements: { s: 3, a: 8, b: 4, c: 6 } },
      ...{ other_sources: [], measurement_sources: {} },
    })
    expect(changes.filter(({ measurement }) => measurement !== 's')).toMatchObject([
      { row_number: 3, measurement: 'a', old: 3, new: 8, old_file: run.measure, new_file: run.creport },
    ])
    expect([vanished, disagreements.filter(({ row_number }) => row_number === 3)]).toEqual([[], []])
    expect((await take(tree)).import_id).toBeNull()
  },
)

test('what only the file told that does not tell the row any more has vanished, and can be pruned', async () => {
  await newJob()
  const run = newRun()
  const tree = join(write(run, 'report', { a: 1, b: 2 }, { a: 3, b: 4 }), '../..')
  write(run, 'creport', { a: 5 }, { a: 7 })
  await take(tree)
  write(run, 'report', { a: 1, b: 2 })
  const { vanished } = await take(tree)
  expect(vanished).toMatchObject([
    { row_number: 2, measurement: 'b', value: 4, file: run.report, removed: false },
  ])
  expect(await last()).toMatchObject({
    ...{ source: 'creport', measurements: { a: 7, b: 4 } },
    measurement_sources: { b: { source: 'report', file: run.report } },
  })
  await take(tree, { prune: true })
  expect(await last()).toMatchObject({ measurements: { a: 7 }, measurement_sources: {} })
})

test('another source that does not tell the row any more is not named with it', async () => {
  await newJob()
  const run = newRun()
  write(run, 'creport', { a: 5 }, { a: 7 })
  const folder = dirname(write(run, 'report', { a: 1 }, { a: 2 }))
  await take(folder)
  write(run, 'creport', { a: 5 })
  await take(folder)
  expect((await last()).other_sources).toEqual([])
  expect((await stored()).other_sources).toMatchObject([{ file: run.creport, differs: { a: 5 } }])
  expect((await take(folder)).import_id).toBeNull()
})

test('a value that a path brought to the row of another one is told as vanished with its row', async () => {
  await newJob()
  const [run, backup] = [newRun(), newRun()]
  await take(write(run, 'measure', { a: 1 }))
  write(backup, 'report', { a: 1, c: 5 })
  write({ ...backup, report: backup.report.replace('TT', 'SSG') }, 'report', { a: 2 })
  const folder = dirname(backup.report)
  await take(folder)
  rmSync(backup.report)
  const kept = await take(folder)
  const c = { point: 'TT/typical/m40/v1min', measurement: 'c', value: 5, file: backup.report, told_by: null }
  expect(kept.vanished).toMatchObject([{ ...c, removed: false }])
  expect([kept.results_updated, kept.results_unchanged]).toEqual([0, 1])
  expect((await take(folder)).import_id).toBeNull()
  const dry = await take(folder, { prune: true, dryRun: true })
  const pruned = await take(folder, { prune: true })
  expect([pruned.vanished, dry.vanished]).toMatchObject([
    [{ ...c, removed: true }],
    [{ ...c, removed: true }],
  ])
  const left = (await rows()).map(({ measurements, measurement_sources }) => [
    measurements,
    measurement_sources,
  ])
  expect(left).toEqual([
    [{ a: 1 }, {}],
    [{ a: 2 }, {}],
  ])
  expect(await take(folder, { prune: true })).toMatchObject({ vanished: [], import_id: null })
  expect(await findings()).toEqual([])
})
