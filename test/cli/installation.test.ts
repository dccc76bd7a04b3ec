import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

const root = resolve(import.meta.dirname, '..', '..')
let place: Workplace
/** The program without what npm installs with it. */
let installed: string

beforeAll(() => {
  place = openWorkplace()
  installed = place.path('installed')
  for (const name of ['bin', 'dist', 'migrations', 'package.json'])
    cpSync(join(root, name), join(installed, name), { recursive: true })
})

afterAll(() => {
  place.remove()
})

describe('where the SQLite driver cannot be loaded, one line says so', () => {
  const module = () => join(installed, 'node_modules', 'better-sqlite3')
  const compiled = () => join(module(), 'build', 'Release')

  test.each<[string, () => void, RegExp]>([
    ['it is not installed', () => undefined, /cannot be loaded: Cannot find module 'better-sqlite3/],
    [
      'its install script was not allowed to run',
      () => {
        mkdirSync(module(), { recursive: true })
        writeFileSync(join(module(), 'package.json'), '{"name": "better-sqlite3"}')
      },
      /better-sqlite3 has no compiled part in \S+: .*npm rebuild better-sqlite3/,
    ],
    [
      'its compiled part is no library',
      () => {
        mkdirSync(compiled(), { recursive: true })
        writeFileSync(join(compiled(), 'better_sqlite3.node'), 'x'.repeat(9999))
      },
      /better-sqlite3 cannot be loaded: .*invalid ELF header/,
    ],
  ])('%s', async (_, arrange, message) => {
    arrange()
    const pvt = (words: string) =>
      place.sh(`exec '${process.execPath}' '${join(installed, 'bin', 'pvt.cjs')}' ${words}`, {
        env: { PVT_SPOOL: place.path('spool') },
      })
    expectFailure(await pvt('history'), 5, message)
    const { stderr } = await pvt('history --json')
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'driver_unavailable', exit_code: 5 } })
    const marked = await pvt('job create --best-effort')
    expect({ code: marked.code, stderr: marked.stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('the change is spooled') as string,
    })
  })

  test('Node.js may load none (--no-addons)', async () => {
    const refused = await place.pvt(['history'], { env: { NODE_OPTIONS: '--no-addons' } })
    expectFailure(refused, 5, /better-sqlite3 cannot be loaded: Cannot load native addon/)
  })
})
