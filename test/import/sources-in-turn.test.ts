import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ResultSource } from '../../src/domain/measurement.ts'
import { openSourceJob } from './source-job.ts'
import { textOf, type Values, write } from './source-files.ts'

const { newRun, newJob, take, rows, stored, findings } = openSourceJob()

const agreements = async () =>
  Object.fromEntries((await stored()).other_sources.map(({ file, agrees }) => [file, agrees]))

describe('a value that the row has from another source than the rest', () => {
  test('stays when a rawer source has told the same meanwhile, and that source is named', async () => {
    await newJob()
    const run = newRun()
    await take(write(run, 'measure', { a: 1 }))
    await take(write(run, 'creport', { a: 1, b: 2 }))
    await take(write(run, 'report', { a: 1, b: 2 }))
    expect((await stored()).measurement_sources['b']).toMatchObject({ source: 'report', file: run.report })

    const { disagreements, changes } = await take(write(run, 'creport', { a: 1, b: 3 }))
    expect((await stored()).measurements).toEqual({ a: 1, b: 2 })
    expect(changes).toEqual([])
    expect(disagreements).toMatchObject([
      {
        measurement: 'b',
        sources: { report: 2, creport: 3 },
        files: { report: run.report, creport: run.creport },
      },
    ])
    expect(await agreements()).toEqual({ [run.report]: true, [run.creport]: false })
  })

  test('gives way to a rawer one: that is a change, and what told the old value is said to differ', async () => {
    await newJob()
    const run = newRun()
    await take(write(run, 'measure', { a: 1 }))
    await take(write(run, 'creport', { a: 1, b: 2 }))
    const report = await take(write(run, 'report', { a: 1, b: 3 }))
    expect(report.changes).toMatchObject([{ measurement: 'b', old: 2, new: 3, old_file: run.creport }])
    expect(report.disagreements).toEqual([])
    expect(await agreements()).toEqual({ [run.report]: true, [run.creport]: false })
  })

  test('is the rawest that is known, though another source was preferred for the others', async () => {
    await newJob()
    const run = newRun()
    await take(write(run, 'measure', { a: 1, b: 2 }))
    await take(write(run, 'creport', { a: 5 }), { prefer: 'creport' })
    await take(write(run, 'report', { a: 6, b: 7 }))
    expect((await stored()).measurements).toEqual({ a: 6, b: 2 })
  })

  test('disagrees with the file that tells another number for it, within one import, too', async () => {
    await newJob()
    const run = newRun()
    const measure = write(run, 'measure', { a: 1 })
    write(run, 'report', { a: 1, b: 2 })
    write(run, 'creport', { a: 1, b: 3 })
    await take(join(measure, '../../../../..'))
    expect(await agreements()).toEqual({ [run.report]: true, [run.creport]: false })
  })
})

describe('a value that its source does not tell any more', () => {
  test('is that of the next source of the same path, old and new are named', async () => {
    await newJob()
    const run = newRun()
    const tree = join(write(run, 'measure', { a: 1, b: 5 }), '../../../../..')
    write(run, 'report', { a: 1, b: 7 })
    await take(tree)
    write(run, 'measure', { a: 1 })
    const { changes, vanished } = await take(tree)
    expect((await stored()).measurements).toEqual({ a: 1, b: 7 })
    expect([changes, vanished]).toMatchObject([
      [{ measurement: 'b', old: 5, new: 7, old_file: run.measure, new_file: run.report }],
      [],
    ])
    expect(await agreements()).toEqual({ [run.report]: true })
  })

  test('and that has failed below the one that is stored now is a change, and has not vanished', async () => {
    await newJob()
    const run = newRun()
    const tree = join(write(run, 'measure', { a: 1 }), '../../../../..')
    write(run, 'creport', { a: 1, b: 'failed' })
    await take(tree, { prefer: 'creport' })
    const { changes, vanished } = await take(tree)
    expect([changes.map(({ measurement }) => measurement), vanished]).toEqual([['b'], []])
  })

  test('has failed when that source says so now', async () => {
    await newJob()
    const run = newRun()
    await take(write(run, 'measure', { a: 1 }))
    await take(write(run, 'report', { a: 1, b: 2 }))
    const { changes, disagreements } = await take(write(run, 'report', { a: 1, b: 'failed' }))
    expect(changes).toMatchObject([{ measurement: 'b', old: 2, new: null, new_text: 'failed' }])
    expect([disagreements, (await stored()).status]).toEqual([[], 'failed'])
  })
})

test('a file is not said to agree any more that was read again and tells something else', async () => {
  await newJob()
  const [run, backup] = [newRun(), newRun()]
  await take(write(run, 'measure', { a: 1, b: 2 }))
  const reports = dirname(dirname(write(backup, 'report', { a: 1, b: 2 })))
  write(backup, 'creport', { b: 2 })
  await take(reports)
  expect(await agreements()).toEqual({ [backup.report]: true, [backup.creport]: true })
  write(backup, 'report', { a: 7, b: 2 })
  write(backup, 'creport', { b: 3 })
  await take(reports)
  expect(await agreements()).toEqual({ [backup.report]: false, [backup.creport]: false })
})

test('what failed in the report alone is the number of creport.txt, in whatever order they come', async () => {
  const values: Record<ResultSource, Values> = {
    measure: { a: 1 },
    report: { a: 1, b: 'failed' },
    creport: { a: 1, b: -5 },
  }
  for (const order of [
    ['measure', 'report', 'creport'],
    ['report', 'creport', 'measure'],
    ['creport', 'measure', 'report'],
  ] as const) {
    await newJob()
    const run = newRun()
    for (const source of order) await take(write(run, source, values[source]))
    expect([order, (await stored()).measurements]).toEqual([order, { a: 1, b: -5 }])
  }
})

test('a measure file that the flow has deleted takes nothing with it, whatever source is preferred', async () => {
  await newJob()
  const run = newRun()
  const tree = join(write(run, 'measure', { a: 1, c: 3 }), '../../../../..')
  write(run, 'creport', { a: 1 })
  await take(tree)
  rmSync(run.measure)
  const { vanished_count } = await take(tree, { prefer: 'creport', prune: true })
  expect([vanished_count, (await stored()).measurements]).toEqual([0, { a: 1, c: 3 }])
})

test('what only a tree inside the tree has is warned of: it may be of an older run', async () => {
  await newJob()
  const run = newRun()
  const tree = join(write(run, 'measure', { a: 1 }), '../../../../..')
  const kept = join(tree, 'kept')
  write({ ...run, measure: run.measure.replace(tree, kept) }, 'measure', { a: 1 })
  expect((await take(tree)).problems).toEqual([])
  const other = run.measure.replace(tree, kept).replace('/TT/', '/SSG/')
  write({ ...run, measure: other }, 'measure', { a: 2 })
  const { problems } = await take(tree)
  expect(problems).toMatchObject([{ file: kept, level: 'warning' }])
  expect(problems[0]!.message).toContain(
    '1 measure file that only it has, for example of SSG/typical/m40/v1min',
  )
})

test('a row that another path tells, too, stays when it is to be pruned, and why is told', async () => {
  const run = newRun()
  const tree = join(write(run, 'measure', { a: 1 }), '../../../../..')
  const elsewhere = newRun()
  write(elsewhere, 'report', { a: 1, b: 2 })
  const other = dirname(dirname(elsewhere.report))
  write(run, 'report', { a: 1 })
  for (const first of [tree, other]) {
    await newJob()
    write(run, 'measure', { a: 1 })
    write(run, 'report', { a: 1 })
    await take(first)
    await take(first === tree ? other : tree)
    rmSync(run.measure)
    rmSync(run.report)
    writeFileSync(run.creport, textOf.creport([{ a: 1 }]).replaceAll('TT', 'SSG'))
    const dry = await take(tree, { prune: true, dryRun: true })
    const { vanished, results_pruned } = await take(tree, { prune: true })
    expect(vanished).toMatchObject([{ measurement: null, removed: false, told_by: elsewhere.report }])
    expect([results_pruned, dry.vanished]).toEqual([0, vanished])
    expect((await rows()).map(({ measurements }) => measurements)).toContainEqual({ a: 1, b: 2 })
    rmSync(run.creport)
  }
})

test('a row that could be read only later is summarised in its place', async () => {
  await newJob()
  const run = newRun()
  const values: Values[] = [0.1, 0.2, 0.3].map((a) => ({ b: 2, a }))
  const report = write(run, 'report', ...values)
  const whole = textOf.report(values)
  writeFileSync(report, whole.replace('2\t0.1', '2\t0.1\t7'))
  await take(report)
  writeFileSync(report, whole)
  await take(report)
  const summed = (await rows()).map(({ row_number }) => row_number)
  expect([summed, await findings()]).toEqual([[1, 2, 3], []])
})
