import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeJob } from './finished-jobs.ts'
import { csvLines, expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeEach(() => {
  place = openWorkplace()
})

afterEach(() => {
  place.remove()
})

test('a pinned job stays until it is unpinned', async () => {
  const id = await makeJob(place, 'golden')
  await makeJob(place, 'other')
  const short = id.slice(0, 8)
  expect(await place.pvt(['job', 'pin', id])).toEqual({ code: 0, stderr: '', stdout: `${short} is pinned\n` })
  expect((await place.pvt(['job', 'pin', id])).stdout).toBe(`${short} is pinned already\n`)

  expect(await place.json(['cleanup', '--older-than', '1d', '--yes'])).toMatchObject({
    removed: [{ name: 'other' }],
    kept: [{ name: 'golden', reason: 'pinned', pinned: true }],
  })
  expectFailure(
    await place.pvt(['job', 'delete', id, '--yes']),
    4,
    `job ${short} is pinned, and was not deleted: first: pvt job unpin ${short}`,
  )
  expect(await place.json(['job', 'status', id])).toMatchObject({ pinned: true })

  expect((await place.pvt(['job', 'unpin', id])).stdout).toBe(`${short} is not pinned any more\n`)
  expect((await place.pvt(['job', 'unpin', id])).stdout).toBe(`${short} is not pinned already\n`)
  expect(await place.json(['job', 'log', id])).toMatchObject([
    ...[{}, {}, {}, { message: 'pinned' }, { message: 'unpinned' }],
  ])
  expect((await place.pvt(['job', 'delete', id, '--yes'])).code).toBe(0)
  expect(await place.json(['history'])).toEqual([])
})

test('history and status show it, to people and to programs', async () => {
  const id = await place.create(['--name', 'golden'])
  await place.create(['--name', 'other'])
  expect(await place.json(['history'])).toMatchObject([{ pinned: false }, { pinned: false }])
  expect(await place.json(['job', 'pin', id])).toMatchObject({ job_id: id, name: 'golden', pinned: true })
  expect(await place.json(['history'])).toMatchObject([{ pinned: false }, { pinned: true }])
  expect((await place.pvt(['history'])).stdout).toMatch(/ golden \(pinned\) .*\n$/)
  expect((await place.pvt(['history'])).stdout).toMatch(/ other {2,}queued/)
  const [header, ...rows] = csvLines((await place.pvt(['history', '-f', 'csv'])).stdout)
  const column = header!.indexOf('pinned')
  expect(rows.map((row) => row.at(column - header!.length))).toEqual(['false', 'true'])
  expect((await place.pvt(['job', 'status', id])).stdout).toMatch(/\npinned +yes/)
  await place.pvt(['job', 'unpin', id])
  expect((await place.pvt(['job', 'status', id])).stdout).not.toMatch(/pinned/)
})

test('a job that still runs can be pinned; which job is said as everywhere', async () => {
  const id = await place.create()
  const pin = (reference: string[], env = {}) => place.json(['job', 'pin', ...reference], { env })
  for (const answer of [
    await pin([]),
    await pin(['.']),
    await pin(['@latest']),
    await pin([id.slice(0, 6)]),
    await pin([], { PVT_JOB: id }),
  ]) {
    expect(answer).toMatchObject({ job_id: id, pinned: true, status: 'queued' })
  }
  await place.pvt(['job', 'status', id, 'running'])
  await place.pvt(['job', 'status', id, 'failed'])
  expect(await place.json(['job', 'status', id])).toMatchObject({ status: 'failed', pinned: true })
  expectFailure(await place.pvt(['job', 'pin', 'deadbeef']), 3, /there is no job/)
})

test('a backup keeps the pin, and a restore brings it back', async () => {
  const id = await place.create()
  await place.pvt(['job', 'pin', id])
  await place.pvt(['backup', place.path('copy.db')])
  await place.pvt(['job', 'unpin', id])
  expect((await place.pvt(['restore', place.path('copy.db'), '--yes'])).code).toBe(0)
  expect(await place.json(['job', 'status', id])).toMatchObject({ pinned: true })
})
