import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDomain } from '../fixtures/flow.ts'
import { csvLines, expectFailure, instant, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeAll(() => {
  place = openWorkplace()
})

afterAll(() => {
  place.remove()
})

interface Entry {
  logged_at: string
  level: string
  source: string
  message: string
}

const log = (id: string, ...words: string[]): Promise<Entry[]> => place.json(['job', 'log', id, ...words])

describe('job log', () => {
  test('it tells what happened, oldest first', async () => {
    const id = await place.create(['--stages', 'gen,run'])
    await place.pvt(['stage', 'start', 'gen', '-j', id])
    await place.pvt(['stage', 'fail', 'gen', '-j', id, '--error', 'disk full'])
    await place.pvt(['job', 'log', id, '--add', 'by hand', '--level', 'warning'])
    await place.pvt(['job', 'cancel', id])
    const entries = await log(id)
    expect(entries.map(({ level, source, message }) => [level, source, message])).toEqual([
      ['info', 'pvt', 'created without a configuration'],
      ['info', 'pvt', 'stage gen started'],
      ['error', 'pvt', 'stage gen failed: disk full'],
      ['warning', 'ada', 'by hand'],
    ])
    for (const entry of entries) {
      expect(Object.keys(entry)).toEqual(['logged_at', 'level', 'source', 'message'])
      expect(entry.logged_at).toMatch(instant)
    }
    expect(entries.map((entry) => entry.logged_at)).toEqual(entries.map((entry) => entry.logged_at).sort())
  })

  test('--level is the least level shown, --limit the newest so many', async () => {
    const id = await place.create()
    for (const level of ['debug', 'info', 'warning', 'error']) {
      expect((await place.pvt(['job', 'log', id, '--add', `a ${level}`, '--level', level])).code).toBe(0)
    }
    const messages = async (...words: string[]): Promise<string[]> =>
      (await log(id, ...words)).map(({ message }) => message)
    expect(await messages('--level', 'warning')).toEqual(['a warning', 'a error'])
    expect(await messages('--level', 'debug')).toHaveLength(5)
    expect(await messages()).not.toContain('a debug')
    expect(await messages('--limit', '2')).toEqual(['a warning', 'a error'])
    expect(await messages('--limit', '1', '--level', 'error')).toEqual(['a error'])
  })

  test('table, CSV and ndjson tell the same', async () => {
    const id = await place.create()
    await place.pvt(['job', 'log', id, '--add', 'one'])
    const entries = await log(id)
    const csv = csvLines((await place.pvt(['job', 'log', id, '-f', 'csv'])).stdout)
    expect(csv[0]).toEqual(['logged_at', 'level', 'source', 'message'])
    expect(csv[2]).toEqual(Object.values(entries[1]!))
    const { stdout } = await place.pvt(['job', 'log', id, '-f', 'ndjson'])
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Entry),
    ).toEqual(entries)
    expect((await place.pvt(['job', 'log', id])).stdout).toMatch(
      /^TIME +LEVEL +SOURCE +MESSAGE\n.*\n.* one\n$/,
    )
  })

  test('adding prints one line, as JSON the entry', async () => {
    const id = await place.create()
    const answer = await place.pvt(['job', 'log', id, '--add', 'x'])
    expect(answer).toEqual({ stdout: `${id.slice(0, 8)} logged\n`, stderr: '', code: 0 })
    expect(await place.json(['job', 'log', id, '--add', 'y', '--level', 'error'])).toEqual({
      ...{ job_id: id, level: 'error', source: 'ada', message: 'y' },
      logged_at: expect.stringMatching(instant) as string,
    })
  })

  test('an unknown level is wrong usage', async () => {
    const id = await place.create()
    expectFailure(await place.pvt(['job', 'log', id, '--level', 'loud']), 2, /debug, info, warning, error/)
  })
})

describe('job note', () => {
  test('it stands in the log under the user', async () => {
    const id = await place.create()
    const answer = await place.pvt(['job', 'note', id, 'rerun with new models'])
    expect(answer).toEqual({ stdout: `${id.slice(0, 8)} noted\n`, stderr: '', code: 0 })
    expect((await log(id)).at(-1)).toMatchObject({
      source: 'ada',
      level: 'info',
      message: 'rerun with new models',
    })
  })

  test('with one word it is the text, for the job of $PVT_JOB or of the folder', async () => {
    const id = await place.create(['-d', place.path('home')])
    await place.pvt(['job', 'note', 'signed off'], { env: { PVT_JOB: id } })
    await place.pvt(['job', 'note', 'seen'], { cwd: place.path('home') })
    expect((await log(id)).slice(1).map(({ message }) => message)).toEqual(['signed off', 'seen'])
    expectFailure(await place.pvt(['job', 'note']), 2, /text/)
  })
})

describe('job cancel', () => {
  test('it ends a queued or a running job, with the reason; again changes nothing', async () => {
    for (const stage of [null, 'gen']) {
      const id = await place.create()
      if (stage !== null) await place.pvt(['stage', 'start', stage, '-j', id])
      const answer = await place.pvt(['job', 'cancel', id, '--reason', 'wrong netlist'])
      expect(answer).toEqual({ stdout: `${id.slice(0, 8)} is cancelled\n`, stderr: '', code: 0 })
      const job = await place.json<{ stages: Entry[] }>(['job', 'status', id])
      expect(job).toMatchObject({ status: 'cancelled', error_message: 'wrong netlist' })
      expect(job).toHaveProperty('completed_at', expect.stringMatching(instant))
      const again = await place.pvt(['job', 'cancel', id, '--reason', 'other'])
      expect(again).toEqual({ stdout: `${id.slice(0, 8)} is cancelled already\n`, stderr: '', code: 0 })
      expect(await place.json(['job', 'status', id])).toEqual(job)
    }
  })

  test.each([['completed'], ['failed']])('a %s job cannot be cancelled', async (state) => {
    const id = await place.create()
    await place.pvt(['job', 'status', id, 'running'])
    await place.pvt(['job', 'status', id, state])
    expectFailure(
      await place.pvt(['job', 'cancel', id]),
      4,
      new RegExp(`is ${state}: it cannot become cancelled`),
    )
  })
})

describe('job delete', () => {
  test('without a terminal it needs --yes; then everything of the job is gone, and nothing else', async () => {
    const kept = await place.create(['--name', 'kept'])
    const { backupPath } = makeDomain(place.path('domain'))
    const { job_id: id } = await place.json<{ job_id: string }>(['results', 'import', '--new', backupPath])
    expectFailure(await place.pvt(['job', 'delete', id]), 4, /not confirmed/)
    const answer = await place.pvt(['job', 'delete', id, '--yes'])
    expect(answer).toEqual({
      stdout: `${id.slice(0, 8)} deleted, with 92 points of results\n`,
      ...{ stderr: '', code: 0 },
    })
    expectFailure(await place.pvt(['job', 'status', id]), 3, /there is no job/)
    const db = new Sqlite(place.db, { readonly: true })
    for (const table of ['jobs', 'points', 'results', 'summaries', 'imports', 'job_logs', 'stages']) {
      expect(db.prepare(`select count(*) from ${table} where job_id = ?`).pluck().get(id)).toBe(0)
    }
    db.close()
    expect(await place.json(['job', 'status', kept])).toMatchObject({ name: 'kept' })
    expect(await place.json(['db', 'check'])).toMatchObject({ sound: true })
  })

  test('"y" on a stdin that is no terminal is no consent', async () => {
    const id = await place.create()
    expectFailure(await place.pvt(['job', 'delete', id], { input: 'y\n' }), 4, /no terminal to ask on/)
    expect((await place.pvt(['job', 'status', id])).code).toBe(0)
  })

  test('it wants the job named', async () => {
    const id = await place.create()
    expectFailure(
      await place.pvt(['job', 'delete', '--yes'], { env: { PVT_JOB: id } }),
      2,
      /missing required/,
    )
    expect(await place.json(['job', 'delete', id, '--yes'])).toEqual({ job_id: id, deleted: true })
  })
})
