import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FailingDisk, type Fault, forEach, makeFailingDisk, noFailingDisk } from './failing-disk.ts'
import { damageOf } from './subjects.ts'

/**
 * The failing disk must be able to do harm, or tests that survive it say nothing: the same faults under settings and
 * habits that this program does not have.
 */
let disk: FailingDisk
let folder: string

describe.skipIf(noFailingDisk !== null)(
  `what the failing disk can do${noFailingDisk === null ? '' : `: ${noFailingDisk}`}`,
  () => {
    beforeAll(() => {
      disk = makeFailingDisk()
      folder = mkdtempSync(join(tmpdir(), 'pvt-controls-'))
      const raw = new Sqlite(join(folder, 'base.db'))
      raw.exec(
        'create table notes (id integer primary key, note text); create index by_note on notes (note);' +
          'with recursive n (i) as (select 1 union all select i + 1 from n where i < 200) insert into notes select i, i || hex(zeroblob(90)) from n',
      )
      raw.close()
    })

    afterAll(() => {
      disk.remove()
      rmSync(folder, { recursive: true, force: true })
    })

    test.each([
      ['delete', 'full', false],
      ['truncate', 'full', false],
      ['wal', 'full', false],
      ['delete', 'off', true],
    ])('journal %s, synchronous %s: a power cut does harm: %s', async (journal, synchronous, harm) => {
      const script = `db.pragma('journal_mode = ${journal}'); db.pragma('synchronous = ${synchronous}')
        for (let round = 0; round < 4; round += 1) {
          db.transaction(() => {
            for (let id = 1; id <= 200; id += 3) db.prepare('update notes set note = ? where id = ?').run(round + hex + id, id)
          })()
          process.stdout.write('.')
        }`
      const ends = await everyCall(script, 'power', 3, (path, acknowledged) => {
        if (damageOf(path).length > 0) return 'damaged'
        const raw = new Sqlite(path)
        const stored = raw.prepare('select count(*) from notes where id = 1 and note >= ?').pluck()
        const lost = acknowledged > 0 && stored.get(String(acknowledged - 1)) === 0
        raw.close()
        return lost ? 'lost' : 'sound'
      })
      expect(ends.filter((end) => end === 'sound').length).toBeGreaterThan(0)
      const harmed = ends.filter((end) => end !== 'sound')
      if (harm) expect(harmed.length).toBeGreaterThan(0)
      else expect(harmed).toEqual([])
    })

    test.each([
      ['in a transaction', false],
      ['without a transaction', true],
    ])('a migration %s is left half done by a kill: %s', async (how, harm) => {
      const statements = [
        'create table longer (id integer primary key, note text, size integer)',
        'insert into longer select id, note, length(note) from notes',
        'drop table notes',
        'pragma user_version = 2',
      ]
      const all = harm ? statements : ['begin immediate', ...statements, 'commit']
      const ends = await everyCall(
        `for (const statement of ${JSON.stringify(all)}) db.exec(statement)`,
        'kill',
        1,
        (path) => {
          const raw = new Sqlite(path)
          const tables = raw
            .prepare("select name from sqlite_master where type = 'table' order by 1")
            .pluck()
            .all()
          const version = raw.pragma('user_version', { simple: true }) as number
          raw.close()
          const state = `${version} ${tables.join(' ')}`
          return state === '0 notes' ? 'before' : state === '2 longer' ? 'after' : 'half'
        },
      )
      expect(ends).toContain('before')
      expect(ends.includes('half'), `${how}: ${ends.join()}`).toBe(harm)
    })
  },
)

/** Runs a script on a copy of the database once for every call of it that changes a file, and tells how it ended. */
async function everyCall(
  script: string,
  fault: Fault,
  seeds: number,
  judge: (path: string, acknowledged: number) => string,
): Promise<string[]> {
  const place = mkdtempSync(join(folder, 'run-'))
  let number = 0
  const fresh = (): string => {
    const own = join(place, String((number += 1)))
    mkdirSync(own)
    copyFileSync(join(folder, 'base.db'), join(own, 'x.db'))
    return join(own, 'x.db')
  }
  const calls = await disk.countCalls(place, (env) => runScript(script, fresh(), env))
  // The same calls and seeds in every run: whether harm is seen must not be a matter of luck.
  const step = Math.max(1, (calls * seeds) / most)
  const points = Array.from({ length: Math.min(most, calls * seeds) }, (_, index) => Math.floor(index * step))
  const ends: string[] = []
  await forEach(points, async (point) => {
    const path = fresh()
    const at = (point % calls) + 1
    ends.push(judge(path, await runScript(script, path, disk.failing(place, fault, at, point + 1))))
  })
  return ends
}

const most = 45

/** How many dots the script has printed. */
function runScript(script: string, path: string, env: Record<string, string>): Promise<number> {
  const driver = createRequire(import.meta.url).resolve('better-sqlite3')
  const program = `const db = new (require(${JSON.stringify(driver)}))(${JSON.stringify(path)}), hex = 'x'.repeat(180)
    ${script}
    db.close()`
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ['-e', program], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let dots = 0
    child.stdout.on('data', (bytes: Buffer) => (dots += bytes.length))
    child.on('error', fail)
    child.on('close', () => {
      done(dots)
    })
  })
}
