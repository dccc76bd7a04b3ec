import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { beforeEach, expect, test } from 'vitest'
import { isStale, type Lock, type LockRow, withLock } from '../../src/store/lock.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { onEachEngine } from './contract.ts'

const noon = '2026-01-31T12:00:00.000Z'
const later = (minutes: number): string => new Date(Date.parse(noon) + minutes * 60_000).toISOString()
const about = (now = noon) => ({ user: 'eva', now: () => now })

/** A process of this host that has ended. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0'])
  await once(child, 'exit')
  return child.pid!
}

onEachEngine('a lock', (given) => {
  beforeEach(async () => {
    await given.db.query('delete from locks')
  })

  const rows = (): Promise<LockRow[]> => given.db.query<LockRow>('select * from locks')
  const change = (column: string, value: string | number | null) =>
    given.db.query(`update locks set ${column} = $1`, [value])

  /** Another taking while one is there, after something was done to its row. */
  const second = (before: () => Promise<unknown>, now = noon): Promise<string> =>
    withLock(given.db, 'cleanup', about(), async () => {
      await before()
      return withLock(given.db, 'cleanup', about(now), async () => 'taken')
    })

  test('is there while the work is, and gone after it, also when that fails', async () => {
    const found = await withLock(given.db, 'cleanup', about(), rows)
    expect(found).toMatchObject([
      { task: 'cleanup', host: hostname(), pid: process.pid, user: 'eva', since: noon, refreshed_at: noon },
    ])
    expect(await rows()).toEqual([])
    const broken = withLock(given.db, 'cleanup', about(), () => Promise.reject(new Error('broken')))
    await expect(broken).rejects.toThrow('broken')
    expect(await rows()).toEqual([])
  })

  test('is not given twice; the refusal says who has it since when', async () => {
    const refused = second(async () => undefined, later(29))
    await expect(refused).rejects.toMatchObject({
      code: 'already_running',
      message: `cleanup is running already: eva on ${hostname()}, process ${process.pid}, since ${noon}`,
    })
  })

  test('of another host is not taken over while it shows itself', async () => {
    const busy = async (): Promise<void> => {
      await change('host', 'farm-7')
      await change('pid', await endedProcess())
      await change('refreshed_at', later(10))
    }
    await expect(second(busy, later(40))).rejects.toMatchObject({ code: 'already_running' })
    expect(await second(busy, later(41))).toBe('taken')
  })

  test('of a process of this host that is gone is taken over at once', async () => {
    expect(await second(async () => change('pid', await endedProcess()))).toBe('taken')
  })

  test('of a process whose number is now another process is taken over', async () => {
    expect(await second(() => change('process_start', 'another-boot:17'))).toBe('taken')
  })

  test('without a known start is not taken over while there is a process of that number', async () => {
    await expect(second(() => change('process_start', null))).rejects.toMatchObject({
      code: 'already_running',
    })
  })

  test('of a process of another user is not taken over', async () => {
    const ofInit = async (): Promise<void> => {
      await change('pid', 1)
      await change('process_start', null)
    }
    await expect(second(ofInit)).rejects.toMatchObject({ code: 'already_running' })
  })

  test('is given to exactly one of many that find it stale or free', async () => {
    const others = await Promise.all(Array.from({ length: 6 }, () => openDatabase(given.fresh.location)))
    for (const stale of [true, false]) {
      if (stale) {
        await given.db.query(
          `insert into locks (task, holder, host, pid, "user", since, refreshed_at)
            values ('cleanup', 'gone', 'farm-7', 1, 'eva', $1, $1)`,
          [later(-60)],
        )
      }
      let inside = 0
      const tries = others.map((db) =>
        withLock(db, 'cleanup', about(), async () => {
          inside += 1
          await new Promise((resolve) => setTimeout(resolve, 50))
        }),
      )
      const outcomes = await Promise.allSettled(tries)
      expect(inside).toBe(1)
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    }
    for (const db of others) await db.close()
  })

  test('that was taken over is not given back by the one that lost it', async () => {
    await withLock(given.db, 'cleanup', about(), () => change('holder', 'another'))
    expect(await rows()).toMatchObject([{ holder: 'another' }])
  })

  test('is shown to be held once a minute, and its loss is noticed then', async () => {
    const clock = { now: Date.parse(noon) }
    const own = { user: 'eva', now: () => new Date(clock.now).toISOString() }
    const work = async (lock: Lock): Promise<void> => {
      clock.now += 59_000
      await lock.refresh()
      expect(await rows()).toMatchObject([{ refreshed_at: noon }])
      clock.now += 1_000
      await lock.refresh()
      expect(await rows()).toMatchObject([{ refreshed_at: later(1), since: noon }])
      await change('holder', 'another')
      await lock.refresh()
      clock.now += 60_000
      await lock.refresh()
    }
    await expect(withLock(given.db, 'cleanup', own, work)).rejects.toMatchObject({
      code: 'already_running',
      message: expect.stringMatching(/another one has taken over/) as string,
    })
  })
})

test('a process that has ended and was not collected yet counts as gone', async () => {
  // sh runs sleep in its place, which never asks how its child ended.
  const shell = spawn('sh', ['-c', 'true & echo $!; exec sleep 30'])
  try {
    const [line] = (await once(shell.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    const row: LockRow = {
      ...{ task: 'cleanup', holder: 'x', host: hostname(), pid, process_start: 'boot:1' },
      ...{ user: 'eva', since: noon, refreshed_at: noon },
    }
    expect(isStale(row, noon)).toBe(true)
  } finally {
    shell.kill('SIGKILL')
  }
})
