import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '../../src/context.ts'
import { moveJob } from '../../src/domain/timeline.ts'
import { PvtError } from '../../src/errors.ts'
import { watchJob } from '../../src/commands/job-watch.ts'
import { changeJob } from '../../src/store/change-job.ts'
import type { Database } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { at, storeJob } from '../store/jobs.ts'
import { type FreshDatabase, makeSqlite } from '../support/databases.ts'

let fresh: FreshDatabase
let db: Database

beforeAll(async () => {
  fresh = await makeSqlite()
  db = await openDatabase(fresh.location)
})
afterAll(async () => {
  await db.close()
  await fresh.drop()
})

/** What a watch says when the database answers as told, look by look; the last look finds the job ended. */
async function said(looks: ('there' | PvtError)[], terminal: boolean) {
  const job = await storeJob(db)
  const texts: string[] = []
  let [look, closed] = [0, 0]
  const style = { colour: false, unicode: false }
  const context = {
    settings: { format: 'table', unicode: false },
    now: () => at(look),
    database: async () => {
      const answer = looks[look] ?? 'there'
      look += 1
      if (look > looks.length)
        await changeJob(db, job.job_id, at(9), (present) => moveJob(present, 'cancelled', {}, at(9)))
      if (answer === 'there') return db
      throw answer
    },
    closeDatabase: () => Promise.resolve(void (closed += 1)),
    openScreen: () =>
      terminal
        ? {
            draw: async (render: (one: typeof style) => Promise<string>) =>
              void texts.push(await render(style)),
          }
        : null,
    warn: (message: string) => void texts.push(`warning: ${message}`),
    printText: (text: string) => void texts.push(text.trimEnd().slice('12:34:56 '.length)),
  } as unknown as Context
  await watchJob(context, job, 0)
  return { texts, closed }
}

const away = new PvtError('database_unreachable', 'the server is away', 'start it')

test('a database that is away for a moment is told of once, and waited for', async () => {
  const { texts, closed } = await said(['there', 'there', away, away, 'there', 'there', away], false)
  expect(texts).toEqual([
    'queued',
    'warning: the server is away: this goes on when it is back',
    'warning: the server is away: this goes on when it is back',
    'cancelled',
  ])
  expect(closed).toBe(3)
})

test('on a terminal the last state stays, with what is away below it', async () => {
  const { texts } = await said(['there', 'there', away, away], true)
  expect(texts).toHaveLength(3)
  expect(texts[0]).toMatch(/^status +queued$/m)
  expect(texts[1]).toMatch(/^status +queued$[^]*\naway +the server is away: this goes on when it is back\n$/m)
  expect(texts[2]).toMatch(/^status +cancelled$/m)
})

test('any other failure ends it, and so does one of the first look', async () => {
  const corrupt = new PvtError('database_corrupt', 'broken', 'restore')
  await expect(said(['there', 'there', corrupt], false)).rejects.toThrow(corrupt)
  await expect(said([away], false)).rejects.toThrow(away)
})
