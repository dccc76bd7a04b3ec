import { createServer, type Server, type Socket, connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { administer, type FreshDatabase, makePostgres } from '../support/databases.ts'
import { countOf, storeJob } from './jobs.ts'

let fresh: FreshDatabase & { url: string }
let db: Database
let cable: Cable

beforeEach(async () => {
  fresh = await makePostgres()
  cable = await layCable(fresh.url)
  db = await openDatabase({ engine: 'postgres', url: cable.url })
})

afterEach(async () => {
  await db.close()
  await cable.remove()
  await fresh.drop()
})

describe('a PostgreSQL connection that is lost', () => {
  test('between two commands of a program is made again', async () => {
    await endSessions()
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }])
    await endSessions()
    const { job_id } = await storeJob(db)
    expect(await countOf(db, 'jobs', job_id)).toBe(1)
  })

  test('keeps its limits when it is made again', async () => {
    const limits = `select current_setting('statement_timeout') as a, current_setting('lock_timeout') as b`
    const before = await db.query(limits)
    await endSessions()
    expect(await db.query(limits)).toEqual(before)
  })

  test('in the middle of a transaction: the work is done once more, and stored once', async () => {
    let tries = 0
    await db.transaction(async () => {
      tries += 1
      await storeJob(db)
      if (tries === 1) await endSessions()
      await storeJob(db)
    })
    expect(tries).toBe(2)
    expect(await administer('select count(*)::int as n from jobs', fresh.url)).toEqual([{ n: 2 }])
  })

  test('twice in one transaction is given up, with nothing stored', async () => {
    let tries = 0
    const work = db.transaction(async () => {
      tries += 1
      await storeJob(db)
      await endSessions()
      await storeJob(db)
    })
    await expect(work).rejects.toMatchObject({ code: 'database_unreachable', exitCode: 5 })
    expect(tries).toBe(2)
    expect(await administer('select count(*)::int as n from jobs', fresh.url)).toEqual([{ n: 0 }])
    expect(await db.query('select count(*) as n from jobs')).toEqual([{ n: 0 }])
  })

  test('during the commit is not repeated: it may be stored', async () => {
    let tries = 0
    const work = db.transaction(async () => {
      tries += 1
      await storeJob(db)
      cable.cutAtNextWord('commit')
    })
    await expect(work).rejects.toMatchObject({
      code: 'database_unreachable',
      message: expect.stringMatching(/during a commit.*not certain/) as string,
    })
    expect(tries).toBe(1)
  })

  test('under queries side by side is made again once, for all of them', async () => {
    await endSessions()
    const answers = await Promise.all([1, 2, 3, 4].map((n) => db.query(`select ${n} as n`)))
    expect(answers).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }], [{ n: 4 }]])
    expect(cable.connections).toBe(2)
  })
})

/** Ends every session of the program in the test's database, and waits until they are gone. */
async function endSessions(): Promise<void> {
  const mine = `datname = current_database() and application_name = 'pvt'`
  await administer(`select pg_terminate_backend(pid, 5000) from pg_stat_activity where ${mine}`, fresh.url)
}

/** A way to the server that can be cut. */
interface Cable {
  url: string
  connections: number
  cutAtNextWord: (word: string) => void
  remove: () => Promise<void>
}

async function layCable(url: string): Promise<Cable> {
  const server = new URL(url)
  const sockets = new Set<Socket>()
  let cutAt: string | null = null
  const proxy: Server = createServer((near) => {
    cable.connections += 1
    const far = connect(Number(server.port), server.hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      from.on('data', (bytes) => {
        if (cutAt !== null && bytes.includes(cutAt)) {
          cutAt = null
          near.destroy()
          far.destroy()
        } else to.write(bytes)
      })
    }
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  const near = new URL(url)
  near.port = String((proxy.address() as { port: number }).port)
  const cable: Cable = {
    url: near.href,
    connections: 0,
    cutAtNextWord: (word) => {
      cutAt = word
    },
    remove: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((done) =>
        proxy.close(() => {
          done()
        }),
      )
    },
  }
  return cable
}
