import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tellVerdict } from '../../src/commands/flow-verdict.ts'
import type { Context } from '../../src/context.ts'
import { type ErrorCode, PvtError } from '../../src/errors.ts'
import { keepChange } from '../../src/import/spool.ts'
import type { Database } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { at, moved, storeJobIn } from '../store/jobs.ts'
import { type FreshDatabase, makeSqlite } from '../support/databases.ts'

let fresh: FreshDatabase
let db: Database
let folder: string

beforeAll(async () => {
  fresh = await makeSqlite()
  db = await openDatabase(fresh.location)
  folder = mkdtempSync(join(tmpdir(), 'pvt-verdict-'))
})
afterAll(async () => {
  await db.close()
  await fresh.drop()
  rmSync(folder, { recursive: true })
})

const unknown = '3f2a0000-0000-4000-8000-000000000000'

/** What is told of a job, with a database that answers or throws. */
async function told(jobId: string, trouble: Error | null = null) {
  const lines: string[] = []
  const context = {
    settings: { spool: join(folder, 'spool') },
    database: () => (trouble === null ? Promise.resolve(db) : Promise.reject(trouble)),
    inform: (line: string) => void lines.push(line),
    report: (line: string) => void lines.push(`! ${line}`),
  } as unknown as Context
  return { status: await tellVerdict(context, jobId), lines }
}

test('how the job ended is told; a failure with --quiet, too', async () => {
  const { job_id } = await storeJobIn(db, 'completed')
  expect(await told(job_id)).toEqual({
    status: 'completed',
    lines: [expect.stringMatching(/^job [0-9a-f]{8} is completed, /)],
  })
  const failed = await storeJobIn(db, 'running')
  await moved(db, failed.job_id, 'failed', { error: 'no backup' })
  expect(await told(failed.job_id)).toEqual({
    status: 'failed',
    lines: [expect.stringMatching(/^! job [0-9a-f]{8} is failed, .*: no backup$/)],
  })
})

const away: readonly ErrorCode[] = ['database_locked', 'database_unreachable', 'disk_full', 'database_newer']

test.each(away)('the verdict follows when the database is away (%s)', async (code) => {
  expect(await told(unknown, new PvtError(code, 'away'))).toEqual({
    status: null,
    lines: ['job 3f2a0000: the verdict follows when the database is back (pvt spool list)'],
  })
})

test('a bug is no database that is away', async () => {
  await expect(told(unknown, new TypeError('x is not a function'))).rejects.toThrow('x is not a function')
})

test('a job that was removed has no verdict that could follow, unless it is still in the spool', async () => {
  await expect(told(unknown)).rejects.toMatchObject({ code: 'job_not_found' })
  const running = await storeJobIn(db, 'running')
  expect((await told(running.job_id)).status).toBe('running')
  for (const [index, job] of [unknown, running.job_id].entries()) {
    keepChange(join(folder, 'spool'), {
      ...{ change_id: `change-${index}`, at: at(index), database: db.location, user: 'ada', host: 'h' },
      ...{ cwd: '/', job: null, words: ['watch', '--draft', JSON.stringify({ run: { job_id: job } })] },
    })
    expect((await told(job)).status).toBe(null)
  }
})
