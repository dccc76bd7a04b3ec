import { chownSync, existsSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Run } from '../../src/domain/run.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { saveRun } from '../../src/store/runs.ts'
import { aRun } from '../store/jobs.ts'
import { makeJob } from './finished-jobs.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
let folder: string

beforeEach(() => {
  place = openWorkplace()
  folder = place.path('home', '.local', 'state', 'pvt', 'output')
  mkdirSync(folder, { recursive: true })
})

afterEach(() => {
  place.remove()
})

const write = (path: string): string => {
  writeFileSync(path, 'output\n')
  return path
}

/** A finished job that `pvt run` made, with its output. */
async function ran(name: string, days = 400, fields: Partial<Run> = {}) {
  const job_id = await makeJob(place, name, { days })
  const [output_path, errors_path] = ['out', 'err'].map((ending) =>
    write(join(folder, `${job_id}.${ending}`)),
  ) as [string, string]
  const db = await openDatabase({ engine: 'sqlite', path: place.db })
  await saveRun(db, aRun(job_id, { host: hostname(), output_path, errors_path, ...fields }))
  await db.close()
  return { job_id, output: output_path, errors: errors_path }
}

const cleanup = ['cleanup', '--older-than', '90d']

test('cleanup removes the output of the jobs that go, after a dry run has left it', async () => {
  const [old, fresh] = [await ran('old'), await ran('fresh', 10)]
  const other = write(join(folder, 'of another database.out'))
  expect((await place.pvt([...cleanup, '--dry-run'])).code).toBe(0)
  expect(existsSync(old.output)).toBe(true)
  expect(await place.pvt(cleanup)).toMatchObject({ code: 0, stderr: '' })
  expect([old.output, old.errors].filter(existsSync)).toEqual([])
  expect([fresh.output, fresh.errors, other].every(existsSync)).toBe(true)
})

test('job delete removes it, too, and nothing is wrong where it is gone already', async () => {
  const one = await ran('one')
  const two = await ran('two', 400, { output_path: join(folder, 'gone.out') })
  for (const { job_id } of [one, two]) {
    expect(await place.pvt(['job', 'delete', job_id, '--yes'])).toMatchObject({ code: 0, stderr: '' })
  }
  expect([one.output, one.errors, two.errors].filter(existsSync)).toEqual([])
})

test('what lies elsewhere, on another host, or is no own file stays', async () => {
  const elsewhere = write(place.path('work', 'results.out'))
  const target = write(place.path('work', 'target'))
  const below = join(folder, 'below')
  mkdirSync(below)
  const [link, inBelow, others] = [
    join(folder, 'link.out'),
    write(join(below, 'a.out')),
    write(join(folder, 'others.out')),
  ]
  symlinkSync(target, link)
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(others, 12345, 12345)
  const far = await ran('far', 400, { host: 'farm1' })
  await ran('elsewhere', 400, {
    output_path: elsewhere,
    errors_path: `${folder}/../output/${basename(link)}`,
  })
  await ran('odd', 400, { output_path: link, errors_path: inBelow })
  await ran('folder', 400, { output_path: below, errors_path: isRoot ? others : null })
  expect(await place.pvt(cleanup)).toMatchObject({ code: 0, stderr: '' })
  expect(await place.json(['history'])).toEqual([])
  expect([far.output, far.errors, elsewhere, target, inBelow, others].filter(existsSync)).toHaveLength(6)
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
})

test('a file that cannot be removed is a warning', async () => {
  const tooLong = join(folder, `${'x'.repeat(300)}.out`)
  const { errors } = await ran('old', 400, { output_path: tooLong })
  const { code, stderr } = await place.pvt(cleanup)
  expect(code).toBe(0)
  expect(stderr).toMatch(
    /^pvt: warning: the output of a removed job stays in \S+x\.out: ENAMETOOLONG[^\n]*\n$/,
  )
  expect(existsSync(errors)).toBe(false)
})
