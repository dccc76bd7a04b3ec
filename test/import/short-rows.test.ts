import { readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import type { ResultSource } from '../../src/domain/measurement.ts'
import { openSourceJob } from './source-job.ts'
import { type SourceFiles, write } from './source-files.ts'

const { newRun, newJob, take, stored } = openSourceJob()

/** A report or creport.txt with names a, b, c whose row lacks a value, so that those behind it have moved. */
function writeShort(run: SourceFiles, source: ResultSource): string {
  const path = write(run, source, { a: 1, b: 2, c: 3 })
  writeFileSync(path, readFileSync(path, 'utf8').replace('\t3\t', '\t'))
  return path
}

const moved = { a: 1, b: 2, c: -40 }

async function state() {
  const { measurements, measurement_sources, source, other_sources, doubtful } = await stored()
  const others = other_sources.map((other) => ({ ...other, import_id: null }))
  return { measurements, measurement_sources, source, others, doubtful }
}

test.each([[['report', 'creport']], [['creport', 'report']], [[]]] as const)(
  'a sound creport.txt wins over a report with fewer values than names: %j',
  async (order) => {
    await newJob()
    const run = newRun()
    writeShort(run, 'report')
    write(run, 'creport', { a: 1, b: 2 })
    const told = []
    for (const source of order) told.push(await take(run[source]))
    told.push(await take(dirname(run.report)))
    expect(await state()).toEqual({
      ...{ measurements: { a: 1, b: 2 }, measurement_sources: {}, source: 'creport', doubtful: undefined },
      others: [
        { source: 'report', file: run.report, line: 2, agrees: true, doubtful: true, import_id: null },
      ],
    })
    expect(told.flatMap(({ changes }) => changes)).toMatchObject(
      order[0] === 'report' ? [{ measurement: 'c', old: -40, new: null, old_file: run.report }] : [],
    )
    expect((await take(dirname(run.report))).import_id).toBeNull()
  },
)

test('where the sound one tells another value that is told', async () => {
  await newJob()
  const run = newRun()
  writeShort(run, 'report')
  write(run, 'creport', { a: 1, b: 2, c: 3 })
  const { disagreements, problems } = await take(dirname(run.report))
  expect(disagreements).toMatchObject([{ measurement: 'c', sources: { creport: 3, report: -40 } }])
  expect(problems).toContainEqual(expect.objectContaining({ file: run.report, line: 2, level: 'warning' }))
  await take(dirname(run.report), { prefer: 'report' })
  expect(await stored()).toMatchObject({ source: 'report', measurements: moved, doubtful: true })
  await take(dirname(run.report))
  expect(await stored()).toMatchObject({ source: 'creport', measurements: { a: 1, b: 2, c: 3 } })
})

test('alone it is stored, and does not replace what it told soundly before', async () => {
  await newJob()
  const run = newRun()
  await take(writeShort(run, 'report'))
  expect(await stored()).toMatchObject({ source: 'report', measurements: moved, doubtful: true })
  expect((await stored()).other_sources).toEqual([])
  expect((await take(run.report)).import_id).toBeNull()
  await take(write(run, 'report', { a: 1, b: 2, c: 3 }))
  expect(await state()).toMatchObject({ measurements: { a: 1, b: 2, c: 3 }, doubtful: undefined })
  const { disagreements, vanished } = await take(writeShort(run, 'report'), { prune: true })
  expect(await state()).toMatchObject({ measurements: { a: 1, b: 2, c: 3 }, doubtful: undefined })
  expect([disagreements, vanished]).toMatchObject([[{ measurement: 'c' }], []])
})

test('it adds nothing to a sound row', async () => {
  for (const order of [
    ['measure', 'report'],
    ['report', 'measure'],
  ] as const) {
    await newJob()
    const run = newRun()
    write(run, 'measure', { a: 1, b: 2 })
    writeShort(run, 'report')
    for (const source of order) await take(run[source])
    expect((await stored()).measurements).toEqual({ a: 1, b: 2 })
  }
})
