import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorkplace, type Workplace } from '../cli/run-pvt.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { mulberry32 } from '../fixtures/truth.ts'
import { administer, postgresAdminUrl } from '../support/databases.ts'
import { buildWorkers, type Workers } from '../support/workers.ts'
import { forEach, seedOfRun } from './failing-disk.ts'
import { type Ground, leftovers, makeSubjects, type Subject } from './subjects.ts'

/** Commands that are killed at any moment (SIGKILL): the work is there whole or not at all, and can be repeated. */
let place: Workplace
let workers: Workers
let scratch: string
let subjects: Subject[]

beforeAll(async () => {
  place = openWorkplace()
  scratch = mkdtempSync(join(tmpdir(), 'pvt-kills-'))
  const domain = makeDomain(place.path('domain'), { measurements: ['del_rr', 'slew'] })
  workers = await buildWorkers()
  subjects = makeSubjects({ place, workers, domain })
})

afterAll(() => {
  place.remove()
  workers.remove()
  rmSync(scratch, { recursive: true, force: true })
})

/** How a place for a command is made, copied and removed. */
interface Grounds {
  make: (name: string) => Promise<Ground>
  copy: (base: Ground, name: string) => Promise<Ground>
  /** Waits until a killed command has left the database. */
  settle: (ground: Ground) => Promise<void>
  remove: (ground: Ground) => Promise<void>
}

const engines: [name: string, kills: number, grounds: Grounds][] = [
  ['SQLite', 200, sqliteGrounds()],
  ['PostgreSQL', 42, postgresGrounds()],
]

describe.each(engines)('on %s', (engine, kills, grounds) => {
  test(`${kills} kills at random moments damage nothing (seed ${seedOfRun})`, async () => {
    const random = mulberry32(seedOfRun)
    const bases = new Map<Subject, { base: Ground; milliseconds: number }>()
    for (const subject of subjects) {
      const base = await grounds.make(subject.name)
      await subject.prepare(base)
      const undisturbed = await grounds.copy(base, 'undisturbed')
      const start = performance.now()
      expect((await subject.run(undisturbed, {})).code, subject.name).toBe(0)
      bases.set(subject, { base, milliseconds: performance.now() - start })
      expect(await subject.state(undisturbed, subject.name)).toMatch(subject.again)
      await grounds.remove(undisturbed)
    }
    const moments = Array.from({ length: kills }, (_, number) => ({
      number,
      subject: subjects[number % subjects.length]!,
      // The program's own start is a third of its time, and nothing is at stake in it.
      share: 0.4 + 1.4 * random(),
    }))
    const seen: string[] = []
    await forEach(moments, async ({ number, subject, share }) => {
      const { base, milliseconds } = bases.get(subject)!
      const killAfter = milliseconds * share
      const where = `${subject.name} killed after ${killAfter.toFixed(0)} ms (kill ${number}, seed ${seedOfRun})`
      const ground = await grounds.copy(base, `kill-${number}`)
      const { code, stderr } = await subject.run(ground, { killAfter })
      expect([null, 0], `${where}: ${stderr}`).toContain(code)
      await grounds.settle(ground)
      const state = await subject.state(ground, where)
      expect(state, where).toMatch(code === 0 ? subject.again : subject.allowed)
      seen.push(`${code === null ? 'killed' : 'too late'}, ${state === 'before' ? 'before' : 'after'}`)
      const again = await subject.run(ground, {})
      expect(again.code, `${where}, repeated: ${again.stderr}`).toBe(0)
      expect(await subject.state(ground, `${where}, repeated`)).toMatch(subject.again)
      if (subject.name === 'backup') expect(leftovers(ground.folder), where).toEqual([])
      await grounds.remove(ground)
    })
    for (const { base } of bases.values()) await grounds.remove(base)
    const count = (what: string): number => seen.filter((text) => text === what).length
    expect(count('killed, before')).toBeGreaterThan(kills / 10)
    process.stdout.write(
      `${engine}, seed ${seedOfRun}: ${count('killed, before')} kills before the change, ` +
        `${count('killed, after')} after it, ${count('too late, after')} too late\n`,
    )
  })
})

function sqliteGrounds(): Grounds {
  const groundIn = (name: string): Ground => {
    const folder = join(scratch, name)
    mkdirSync(folder, { recursive: true })
    return { folder, location: { engine: 'sqlite', path: join(folder, 'pvt.db') } }
  }
  return {
    make: async (name) => groundIn(name),
    copy: async (base, name) => {
      cpSync(base.folder, join(scratch, name), { recursive: true })
      return groundIn(name)
    },
    settle: async () => undefined,
    remove: async ({ folder }) => {
      rmSync(folder, { recursive: true })
    },
  }
}

function postgresGrounds(): Grounds {
  const databaseOf = ({ location }: Ground): string =>
    location.engine === 'postgres' ? new URL(location.url).pathname.slice(1) : ''
  const groundIn = (folder: string, database: string): Ground => {
    mkdirSync(folder, { recursive: true })
    const url = new URL(postgresAdminUrl())
    url.pathname = `/${database}`
    return { folder, location: { engine: 'postgres', url: url.href } }
  }
  const named = (name: string): string => `pvt_kill_${process.pid}_${name.replaceAll(/\W/g, '_')}`
  return {
    make: async (name) => {
      await administer(`create database ${named(name)}`)
      return groundIn(join(scratch, `server-${name}`), named(name))
    },
    copy: async (base, name) => {
      await settled(databaseOf(base))
      await administer(`create database ${named(name)} template ${databaseOf(base)}`)
      cpSync(base.folder, join(scratch, `server-${name}`), { recursive: true })
      return groundIn(join(scratch, `server-${name}`), named(name))
    },
    settle: (ground) => settled(databaseOf(ground)),
    remove: async (ground) => {
      await administer(`drop database ${databaseOf(ground)} with (force)`)
      rmSync(ground.folder, { recursive: true })
    },
  }
}

async function settled(database: string): Promise<void> {
  for (;;) {
    const sessions = await administer(`select 1 from pg_stat_activity where datname = '${database}'`)
    if (sessions.length === 0) return
    await sleep(10)
  }
}
