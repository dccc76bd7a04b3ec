import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configText } from '../fixtures/config.ts'
import { makeBackup, makeDomain } from '../fixtures/flow.ts'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

/**
 * Edges of the contract that the program once got wrong.
 */
let place: Workplace

beforeAll(() => {
  place = openWorkplace()
})

afterAll(() => {
  place.remove()
})

describe('results import --recursive', () => {
  test('makes a job of every backup below a folder that is not known yet', async () => {
    makeDomain(place.path('tree/one'), { stamp: '202601010000', measurements: ['del_rr'] })
    makeBackup(place.path('tree/one'), { stamp: '202601020000', measurements: ['del_rr'] })
    makeDomain(place.path('tree/deep/two'), { stamp: '202601030000', measurements: ['del_rr'] })
    const db = place.path('recursive.db')
    const words = ['results', 'import', '--recursive', place.path('tree'), '--db', db]
    expect((await place.pvt(words)).code).toBe(0)
    expect((await place.pvt(words)).code).toBe(0)
    expect(await place.json(['history', '--db', db])).toHaveLength(3)
  })
})

describe('results import --new --dry-run', () => {
  test.each([
    ['with its config.cfg', {}],
    ['of another configuration', { mode: 'polo' }],
    ['without config.cfg', null],
  ])(
    '%s says what the import then does, and stores nothing',
    async (name, overrides: Record<string, string> | null) => {
      const stamp = `2026030${String(name.length % 10)}0000`
      const domain = makeDomain(place.path(`dry ${name}`), {
        stamp,
        failedPoints: ['TT/typical/100/v1nom_v2nom'],
      })
      if (overrides === null) rmSync(domain.configPath)
      else writeFileSync(domain.configPath, configText(overrides))
      const words = ['results', 'import', '--new', '-q', domain.backupPath]
      const before = await place.json<unknown[]>(['history'])
      const dry = await place.json([...words, '--dry-run'])
      expect(await place.json<unknown[]>(['history'])).toHaveLength(before.length)
      const real = await place.json<{ job_id: string }>(words)
      expect(dry).toEqual({ ...real, job_id: null, import_id: null })
    },
  )
})

describe('the default database', () => {
  test('an empty HOME is none: never a database in the current folder', async () => {
    const cwd = place.path('work')
    await place.pvt(['history'], { cwd, env: { PVT_DB: undefined, HOME: '' } })
    const { stdout } = await place.pvt(['db', 'path'], { cwd, env: { PVT_DB: undefined, HOME: '' } })
    expect(stdout).not.toContain(cwd)
    expect(readdirSync(cwd)).toEqual([])
  })

  test('a relative XDG_DATA_HOME is ignored, as its specification says', async () => {
    const env = { PVT_DB: undefined, XDG_DATA_HOME: 'data' }
    const { stdout } = await place.pvt(['db', 'path'], { env })
    expect(stdout).toBe(`${place.path('home/.local/share/pvt/pvt.db')}\n`)
  })
})

describe('errors', () => {
  test('what made the exit code 6 is named even with --quiet: nothing on stderr *but errors*', async () => {
    const { reportPaths, backupPath } = makeDomain(place.path('one-bad'), { stamp: '202602010000' })
    const bad = [...reportPaths.values()][0]!
    writeFileSync(bad, Buffer.from([0, 1, 2]))
    const { code, stderr } = await place.pvt(['results', 'import', '--new', '-q', backupPath])
    expect(code).toBe(6)
    expect(stderr).toContain(bad)
  })
})

describe('backups', () => {
  test('an empty file is there, and is no sound backup: 5, as any other such file', async () => {
    writeFileSync(place.path('empty.db'), '')
    for (const words of [
      ['backup', 'verify', place.path('empty.db')],
      ['restore', place.path('empty.db'), '--yes'],
    ]) {
      expectFailure(await place.pvt(words), 5, /empty\.db/)
    }
  })
})

describe('db migrate', () => {
  test('of a new SQLite database says what it applied, as on PostgreSQL', async () => {
    const db = place.path('new.db')
    const { applied } = await place.json<{ applied: string[] }>(['db', 'migrate', '--db', db])
    expect(applied[0]).toBe('0001_initial')
  })
})

describe('job create', () => {
  test('a --domain that is a file is refused', async () => {
    const file = place.path('not-a-folder')
    writeFileSync(file, '')
    const { code } = await place.pvt(['job', 'create', '-d', file])
    expect([2, 3]).toContain(code)
  })

  test('as JSON its keys are in the order of job status and history', async () => {
    const created = await place.json(['job', 'create'])
    const [listed] = await place.json<Record<string, unknown>[]>(['history', '--limit', '1'])
    expect(Object.keys(created)).toEqual(Object.keys(listed!))
  })
})

describe('job status --watch', () => {
  test('before the job it does not swallow it', async () => {
    const id = await place.create()
    await place.pvt(['job', 'cancel', id])
    expect(await place.pvt(['job', 'status', '--watch', id])).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('help', () => {
  test('of every command ends with one or two examples', async () => {
    const { stdout } = await place.pvt(['results', 'import', '--help'])
    expect(stdout).toMatch(/\nExamples:\n(?: {2}\$ pvt .+\n){1,2}$/)
  })
})

describe('a current folder that is gone', () => {
  test('keeps no command from working that needs none', async () => {
    const gone = place.path('gone')
    mkdirSync(gone)
    const answer = await place.sh(`cd '${gone}' && rmdir '${gone}' && pvt history --json`)
    expect(answer.code).toBe(0)
    // The shell itself may complain.
    expect(answer.stderr).not.toContain('pvt:')
  })
})
