import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { administer, type FreshDatabase, makePostgres, postgresAdminUrl } from '../support/databases.ts'
import { fill, storeJob } from './jobs.ts'

/** The roles of the README, made by its own lines under names of this run. */
const run = randomBytes(4).toString('hex')
let fresh: FreshDatabase & { url: string }

beforeAll(async () => {
  fresh = await makePostgres()
  const [, sql] = /```sql\n(create role pvt_owner[^`]*)```/.exec(readFileSync('README.md', 'utf8'))!
  await administer(
    sql!.replaceAll(/\bpvt_(owner|writer|reader)/g, (name) => roleOf(name)),
    fresh.url,
  )
  for (const role of ['owner', 'writer', 'reader'])
    await administer(`create role ${userOf(role)} login password 'word' in role ${roleOf(`pvt_${role}`)}`)
  await administer(`alter role ${roleOf('pvt_owner')} login password 'word'`)
})

afterAll(async () => {
  await fresh.drop()
  const roles = ['owner', 'writer', 'reader'].flatMap((role) => [userOf(role), roleOf(`pvt_${role}`)])
  await administer(`drop role ${roles.join(', ')}`, postgresAdminUrl())
})

const roleOf = (name: string): string => `${name}_${run}`
const userOf = (role: string): string => `user_of_${role}_${run}`

function open(user: string, migrate?: boolean): Promise<Database> {
  const url = new URL(fresh.url)
  url.username = user
  url.password = 'word'
  return openDatabase({ engine: 'postgres', url: url.href }, { migrate })
}

test('the owner makes the tables, a writer records, a reader looks', async () => {
  await expect(open(userOf('writer'))).rejects.toMatchObject({ code: 'permission' })
  const owner = await open(roleOf('pvt_owner'))
  await owner.close()

  const writer = await open(userOf('writer'))
  await fill(writer)
  await writer.query(`delete from jobs where name = 'queued'`)
  await expect(writer.script('drop table jobs')).rejects.toMatchObject({ code: 'permission' })
  await expect(writer.script('create table mine (a text)')).rejects.toMatchObject({ code: 'permission' })
  await writer.close()

  const reader = await open(userOf('reader'))
  expect(await reader.query('select count(*) as n from jobs')).toEqual([{ n: 2 }])
  await expect(storeJob(reader)).rejects.toMatchObject({ code: 'permission', exitCode: 5 })
  await expect(reader.query('delete from results')).rejects.toMatchObject({ code: 'permission' })
  expect(await reader.query('select count(*) as n from jobs')).toEqual([{ n: 2 }])
  await reader.close()
})
