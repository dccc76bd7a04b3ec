import { expect, test } from 'vitest'
import { exclusively } from '../../src/store/exclusive.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { makePostgres } from '../support/databases.ts'
import { storeJob } from './jobs.ts'

// SQLite would keep this process waiting for itself; test/cli/backup-restore.test.ts has several.
test('on a server others read meanwhile, and write when it is over', async () => {
  const fresh = await makePostgres()
  const [db, reader, writer] = [
    await openDatabase(fresh.location),
    await openDatabase(fresh.location),
    await openDatabase(fresh.location),
  ]
  await storeJob(db, { name: 'before' })
  const names = async (of = reader): Promise<unknown[]> =>
    (await of.query('select name from jobs order by name')).map(({ name }) => name)
  let writing = Promise.resolve<unknown>(undefined)
  const order: string[] = []
  await exclusively(db, async () => {
    writing = storeJob(writer, { name: 'meanwhile' }).then(() => order.push('written'))
    await db.query('delete from jobs')
    await expect.poll(waiting).toBe(1)
    expect(await names()).toEqual(['before'])
    order.push('over')
  })
  await writing
  expect(order).toEqual(['over', 'written'])
  expect(await names()).toEqual(['meanwhile'])
  for (const one of [db, reader, writer]) await one.close()
  await fresh.drop()

  async function waiting(): Promise<unknown> {
    const [row] = await reader.query(
      `select count(*) as n from pg_locks join pg_database on database = pg_database.oid
        where not granted and datname = current_database()`,
    )
    return row!.n
  }
})
