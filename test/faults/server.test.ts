import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { openWorkplace, type Workplace } from '../cli/run-pvt.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { storeJob } from '../store/jobs.ts'
import { type PostgresServer, startPostgres } from '../support/postgres-cluster.ts'

/** A server of this file's own: it is crashed, and filled with connections. */
const given = process.env.PVT_TEST_POSTGRES
const own = given === undefined || given === ''

let server: PostgresServer
let place: Workplace
let backupPath: string

describe.skipIf(!own)(
  own ? 'a server in trouble' : 'a server in trouble (skipped: PVT_TEST_POSTGRES is set)',
  () => {
    beforeAll(async () => {
      server = await startPostgres()
      place = openWorkplace(server.adminUrl)
      backupPath = makeDomain(place.path('domain'), { measurements: ['del_rr'] }).backupPath
      await place.create(['-c', place.path('domain', 'config.cfg')])
    })

    afterAll(async () => {
      place.remove()
      await server.stop()
    })

    async function connected<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
      const client = new pg.Client({ connectionString: server.adminUrl })
      client.on('error', () => undefined)
      await client.connect()
      try {
        return await work(client)
      } finally {
        await client.end().catch(() => undefined)
      }
    }

    /** Starts an import that waits for a lock, and does something to the server when it waits. */
    async function duringImport(trouble: (holder: pg.Client, waiting: number) => Promise<unknown>) {
      return connected(async (holder) => {
        await holder.query('begin; select 1 from jobs for update')
        const running = place.pvt(['results', 'import', '-j', '@latest', backupPath])
        for (;;) {
          const { rows } = await connected((client) =>
            client.query<{ pid: number }>(
              `select pid from pg_stat_activity where application_name = 'pvt' and wait_event_type = 'Lock'`,
            ),
          )
          if (rows[0] !== undefined) {
            await trouble(holder, rows[0].pid)
            return running
          }
          await sleep(20)
        }
      })
    }

    const stored = async (): Promise<number> =>
      (await place.json<unknown[]>(['results', 'show', '-j', '@latest'])).length

    test('a statement that an administrator cancels: exit code 5, nothing stored', async () => {
      const answer = await duringImport((_, pid) =>
        connected((client) => client.query(`select pg_cancel_backend(${pid})`)),
      )
      expect(answer.code).toBe(5)
      expect(answer.stderr).toMatch(/^pvt: .*a statement was cancelled.*\n$/)
      expect(await stored()).toBe(0)
    })

    test('a session that is ended in the middle of an import: it is done once more, and stored once', async () => {
      const answer = await duringImport(async (holder, pid) => {
        await connected((client) => client.query(`select pg_terminate_backend(${pid})`))
        await holder.query('rollback')
      })
      expect({ code: answer.code, stderr: answer.stderr }).toEqual({ code: 0, stderr: '' })
      expect(await stored()).toBe(92)
      await connected((client) =>
        client.query('delete from results; delete from imports; delete from summaries'),
      )
      await place.pvt(['db', 'check', '--repair'])
    })

    test('a server that crashes and starts again in the middle of an import', async () => {
      // One backend that is killed makes the server end all the others and recover.
      const answer = await duringImport(async (holder) => {
        const { rows } = await holder.query<{ pid: number }>('select pg_backend_pid() as pid')
        process.kill(rows[0]!.pid, 'SIGKILL')
      })
      expect({ code: answer.code, stderr: answer.stderr }).toEqual({ code: 0, stderr: '' })
      expect(await stored()).toBe(92)
      expect(await place.json(['db', 'check', '--full'])).toMatchObject({ sound: true })
    })

    test('200 programs at once on a server of 200 connections, some of them taken: all get their turn', async () => {
      const taken = await Promise.all(
        Array.from({ length: 30 }, async () => {
          const client = new pg.Client({ connectionString: server.adminUrl })
          await client.connect()
          return client
        }),
      )
      const before = (await place.json<unknown[]>(['history', '--limit', '1000'])).length
      const release = sleep(500).then(() => Promise.all(taken.map((client) => client.end())))
      await Promise.all(
        Array.from({ length: 200 }, async () => {
          const db = await openDatabase({ engine: 'postgres', url: server.adminUrl })
          await storeJob(db)
          await db.close()
        }),
      )
      await release
      expect(await place.json<unknown[]>(['history', '--limit', '1000'])).toHaveLength(before + 200)
    })

    test('a server that was stopped: exit code 5 at once, for every command', async () => {
      await server.stop()
      for (const words of [['history'], ['job', 'create'], ['db', 'check']]) {
        const { code, stderr } = await place.pvt(words)
        expect({ words, code }).toEqual({ words, code: 5 })
        expect(stderr).toMatch(/^pvt: 127\.0\.0\.1:\d+\/postgres: nothing listens there: [^\n]+\n$/)
      }
      server = await startPostgres()
    })
  },
)
