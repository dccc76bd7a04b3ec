import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  statfsSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { expectFailure, openWorkplace, type Workplace } from '../cli/run-pvt.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { damageOf } from './subjects.ts'

/** Disks without room and folders of other people; what only root can make is skipped elsewhere, and says so. */
const isRoot = process.getuid?.() === 0
const asRoot = (what: string): string => (isRoot ? what : `${what} (skipped: needs root)`)

let place: Workplace
let backupPath: string

beforeAll(async () => {
  place = openWorkplace()
  backupPath = makeDomain(place.path('domain'), { measurements: ['del_rr'] }).backupPath
  await place.create(['--name', 'first'])
})

afterAll(() => {
  place.remove()
})

describe.skipIf(!isRoot)(asRoot('a full disk'), () => {
  let disk: string
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'pvt-small-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=700k', 'none', disk])
    cpSync(place.db, join(disk, 'pvt.db'))
  })
  afterEach(() => {
    execFileSync('umount', [disk])
    rmSync(disk, { recursive: true })
  })
  const fillUp = (): void => {
    try {
      writeFileSync(join(disk, 'filler'), Buffer.alloc(800_000))
    } catch {
      // It is full now, as it should be.
    }
  }
  const here = (): { env: Record<string, string> } => ({ env: { PVT_DB: join(disk, 'pvt.db') } })

  test('a write is refused with the path and the room; what is there can still be read', async () => {
    fillUp()
    for (const args of [
      ['job', 'create'],
      ['stage', 'start', 'gen', '-j', '@latest'],
    ]) {
      const answer = await place.pvt([...args, '--json', '-q'], here())
      expect(answer.code).toBe(5)
      expect(JSON.parse(answer.stderr)).toMatchObject({ error: { code: 'disk_full' } })
      expect(answer.stderr).toMatch(new RegExp(`${disk}/pvt\\.db: no room to write .0 MB free`))
    }
    const history = await place.pvt(['history'], here())
    expect(history).toMatchObject({ code: 0 })
    expect(history.stdout).toContain('first')
    expect(history.stderr).toMatch(/^pvt: warning: no room in .*private copy.*\n$/)
    rmSync(join(disk, 'filler'))
    expect((await place.pvt(['job', 'create'], here())).code).toBe(0)
  })

  test('an import that fills it up is rolled back, and goes through when there is room again', async () => {
    // Room for small changes, not for the results.
    const { bavail, bsize } = statfsSync(disk)
    writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize - 120_000))
    const words = ['results', 'import', '-j', '@latest', backupPath]
    const before = await place.json<object[]>(['results', 'show', '-j', '@latest'], here())
    expect(before).toEqual([])
    expectFailure(await place.pvt(words, here()), 5, /no room to write/)
    expect(damageOf(join(disk, 'pvt.db'))).toEqual([])
    expect(await place.json(['results', 'show', '-j', '@latest'], here())).toEqual([])
    rmSync(join(disk, 'filler'))
    expect((await place.pvt(words, here())).code).toBe(0)
    expect(await place.json(['results', 'show', '-j', '@latest'], here())).toHaveLength(92)
  })

  test('no new database and no backup is left half made', async () => {
    fillUp()
    const names = readdirSync(disk).sort()
    const answer = await place.pvt(['job', 'create', '--db', join(disk, 'new.db')])
    expectFailure(answer, 5, new RegExp(`${disk}/new\\.db: no room`))
    expectFailure(
      await place.pvt(['backup', 'create', join(disk, 'copy.db')]),
      5,
      /copy\.db cannot be written/,
    )
    expectFailure(
      await place.pvt(['results', 'export', '-j', '@latest', '-o', join(disk, 'x.csv')]),
      1,
      /x\.csv/,
    )
    expect(readdirSync(disk).sort()).toEqual(names)
  })
})

describe('a limit on the size of files (ulimit -f, as a quota)', () => {
  test('an import beyond it is rolled back and says so', async () => {
    const db = place.path('limited.db')
    cpSync(place.db, db)
    const script = `ulimit -f 100; PVT_DB='${db}' pvt results import -j @latest '${backupPath}'`
    const answer = await place.sh(script)
    expectFailure(answer, 5, /no room to write .*ulimit -f/)
    expect(damageOf(db)).toEqual([])
    const env = { PVT_DB: db }
    expect(await place.json(['results', 'show', '-j', '@latest'], { env })).toEqual([])
    expect((await place.pvt(['results', 'import', '-j', '@latest', backupPath], { env })).code).toBe(0)
  })
})

describe.skipIf(!isRoot)(asRoot('files of another user'), () => {
  const stranger = 54_321
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(place.folder, 'theirs-'))
    cpSync(place.db, join(folder, 'pvt.db'))
    chmodSync(folder, 0o755)
    chmodSync(join(folder, 'pvt.db'), 0o644)
  })
  const here = (): { env: Record<string, string>; user: number } => ({
    env: { PVT_DB: join(folder, 'pvt.db'), USER: 'mallory' },
    user: stranger,
  })

  test('a file and folder that may only be read: reading works, with a note; writing names the component', async () => {
    const answer = await place.pvt(['history'], here())
    expect(answer.code).toBe(0)
    expect(answer.stdout).toContain('first')
    expect(answer.stderr).toMatch(
      /^pvt: warning: .* may not be written: a private copy of the database is read\n$/,
    )
    const write = await place.pvt(['job', 'create', '-q'], here())
    expectFailure(write, 5, new RegExp(`${folder}.*user ${stranger} may not .*owner 0, group 0, mode`))
    expect(readdirSync(folder)).toEqual(['pvt.db'])
  })

  test('a file that may not even be read, a folder that may not be entered', async () => {
    chmodSync(join(folder, 'pvt.db'), 0o600)
    expectFailure(await place.pvt(['history'], here()), 5, /pvt\.db: user 54321 may not read/)
    chmodSync(folder, 0o700)
    expectFailure(
      await place.pvt(['history'], here()),
      5,
      new RegExp(`${folder}: user ${stranger} may not enter`),
    )
  })

  test('a backup into a folder that may not be written', async () => {
    const answer = await place.pvt(['backup', 'create', join(folder, 'copy.db'), '-q'], here())
    expectFailure(answer, 5, /copy\.db cannot be written/)
    expect(existsSync(join(folder, 'copy.db'))).toBe(false)
  })

  describe('a folder that a group shares (2770)', () => {
    const group = 54_000
    const member = (uid: number, command: string): string[] => [
      ...['setpriv', `--reuid=${uid}`, '--regid=99', `--groups=${group}`, 'sh', '-c'],
      `umask 077; export USER=u${uid}; ${command}`,
    ]
    const as = (
      uid: number,
      command: string,
    ): Promise<{ code: number | null; stderr: string; stdout: string }> =>
      place.sh(
        member(uid, command)
          .map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
          .join(' '),
        {
          env: { PVT_DB: join(folder, 'team', 'pvt.db') },
        },
      )
    beforeEach(() => {
      mkdirSync(join(folder, 'team'))
      chownSync(join(folder, 'team'), 0, group)
      chmodSync(join(folder, 'team'), 0o2770)
    })
    const modeOf = (name: string): string => (statSync(join(folder, 'team', name)).mode & 0o7777).toString(8)

    test('with umask 077 its members write the same database, its WAL included', async () => {
      expect(await as(40_001, 'pvt job create --name one')).toMatchObject({ code: 0, stderr: '' })
      expect(modeOf('pvt.db')).toBe('660')
      expect(statSync(join(folder, 'team', 'pvt.db')).gid).toBe(group)
      expect(await as(40_002, 'pvt job create --name two')).toMatchObject({ code: 0, stderr: '' })
      expect(await as(40_001, 'pvt backup')).toMatchObject({ code: 0, stderr: '' })
      expect(modeOf('backups')).toBe('2770')
      expect(await as(40_002, 'pvt backup verify backups/*.db || pvt backup list --json')).toMatchObject({
        code: 0,
      })
      // Killed at work: its WAL is taken over by the other.
      const killed = `node=$(command -v pvt); pvt job create --name three & pvt job create --name four & sleep 0.1; kill -9 %1; wait`
      await as(40_001, killed)
      expect(await as(40_002, 'pvt job create --name five')).toMatchObject({ code: 0, stderr: '' })
      expect((await as(40_001, 'pvt history --json')).stdout).toContain('"five"')
      expect(damageOf(join(folder, 'team', 'pvt.db'))).toEqual([])
    })

    test('a stranger to the group is refused', async () => {
      await as(40_001, 'pvt job create --name one')
      const env = { PVT_DB: join(folder, 'team', 'pvt.db') }
      expectFailure(await place.pvt(['history'], { env, user: stranger }), 5, /may not enter/)
    })
  })
})

test('a database in a folder of one user is private as the umask says', async () => {
  const answer = await place.sh(`umask 077; PVT_DB='${place.path('private', 'pvt.db')}' pvt job create`)
  expect(answer.code).toBe(0)
  expect((statSync(place.path('private', 'pvt.db')).mode & 0o7777).toString(8)).toBe('600')
})

describe('damage', () => {
  const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

  test.each([
    ['the header', 0, 100],
    ['random pages', 8192, 40_000],
    ['all but the header', 100, 190_000],
  ])('of %s is refused or found, and no command changes the file', async (what, from, length) => {
    const db = place.path(`damaged-${what.replaceAll(' ', '-')}.db`)
    const bytes = readFileSync(place.db)
    for (let at = from; at < Math.min(bytes.length, from + length); at += 1) bytes[at] = (at * 37 + 11) & 0xff
    writeFileSync(db, bytes)
    const before = digest(db)
    for (const words of [['history'], ['job', 'create'], ['db', 'check'], ['db', 'check', '--repair']]) {
      const { code, stderr } = await place.pvt(words, { env: { PVT_DB: db } })
      expect({ words, code, stderr }).toMatchObject({ code: 5 })
      expect(stderr).not.toMatch(/unexpected|bug/)
    }
    expect(digest(db)).toBe(before)
  })
})
