import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..', '..')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pvt-test-')))

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('the demo', () => {
  let demo: SpawnSyncReturns<string>

  beforeAll(() => {
    // As `npm run demo` starts it, for a user whose environment has settings of pvt.
    demo = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'test', 'demo', 'demo.ts')], {
      cwd: root,
      env: { ...process.env, TMPDIR: folder, PVT_DB: '', PVT_JOB: 'nobody', NO_COLOR: '1' },
      encoding: 'utf8',
    })
  })

  it('ends well and says nothing on stderr', () => {
    expect(demo.stderr).toBe('')
    expect(demo.status).toBe(0)
  })

  it.each([
    [/^\$ pvt job create --tag demo --stages gen,run,ext,srt,bkp,usr\n[0-9a-f-]{36}$/m],
    [/^\$ pvt stage start gen\n[0-9a-f]{8} stage gen started$/m],
    [/^[0-9a-f]{8} imported 92 points from 93 files; 92 new, 0 updated, .* 0 failed; 0 missing; 0 disagree/m],
    [/^[0-9a-f]{8} imported 91 points from 93 files; 91 new, 0 updated, .* 1 failed; 1 missing; 0 disagree/m],
    [/^[0-9a-f]{8} stage usr done, job completed$/m],
    [/^simulations +92 expected, 91 stored, 1 missing \(90 ok, 2 failed\)$/m],
    [/^slew_fall +90 +92 +1 /m],
    [/^FFG\/typical\/125\/v1max_v2max .* failed /m],
    [/^\$ pvt results missing\nPOINT .*\nSSG\/typical\/m40\/v1min_v2min .*\n\n# Exit code 7: /m],
    [/^[0-9a-f]{8} +gpio +completed .* 90 ok, 2 failed of 92 /m],
    [/^\S+\/backups\/pvt-\d{8}T\d{6}Z\.db written: 2 jobs, 183 results, /m],
    [/^would remove 1 job, kept 1 finished job$/m],
    [/^\$ setenv PVT_DB \S+\/pvt\.db$/m],
  ])('shows %s', (line) => {
    expect(demo.stdout).toMatch(line)
  })

  it('prints no colours where they are not wanted', () => {
    expect(demo.stdout).not.toContain('\x1b')
  })

  it('leaves the folder that it names', () => {
    const named = /^\$ rm -r (\S+)$/m.exec(demo.stdout)?.[1] ?? ''
    expect(readdirSync(folder)).toContain(named.slice(folder.length + 1))
    expect(existsSync(join(named, 'pvt.db'))).toBe(true)
  })
})
