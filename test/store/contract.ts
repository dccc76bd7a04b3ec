import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import type { Database, Dialect } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { eachEngine, type FreshDatabase } from '../support/databases.ts'

/** What a suite that both engines have to pass is given. The database is the suite's, and empty before every test. */
export interface Given {
  dialect: Dialect
  db: Database
  fresh: FreshDatabase
}

/** Runs a suite on both engines. `given` is filled before its first test: read it inside tests only. */
export function onEachEngine(subject: string, tests: (given: Given) => void): void {
  describe.each(eachEngine)(`${subject} on $name`, ({ name, make }) => {
    const given = { dialect: name } as Given
    beforeAll(async () => {
      given.fresh = await make()
      given.db = await openDatabase(given.fresh.location)
    })
    afterAll(async () => {
      await given.db.close()
      await given.fresh.drop()
    })
    beforeEach(async () => {
      for (const table of ['jobs', 'limits', 'waivers']) await given.db.query(`delete from ${table}`)
    })
    tests(given)
  })
}
