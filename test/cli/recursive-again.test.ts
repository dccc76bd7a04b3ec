import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { makeBackup, makeDomain } from '../fixtures/flow.ts'
import { hspiceMeasureText } from '../fixtures/measure.ts'
import { eachEngine } from '../support/databases.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'

/** 16 points. */
const config = { '2nd_supply_swp': 'NA', 'gs/gf_corner': 'No', condition: 'hvqk' }
const short = { measurements: ['del_rr', 'power'] }

let place: Workplace

beforeEach(() => {
  place = openWorkplace()
  return () => {
    place.remove()
  }
})

const domainAt = (path: string, stamp = '202401311200') =>
  makeDomain(place.path('tree', path), { config, ...short, stamp })
const recursive = (folder = 'tree', db = place.db) =>
  place.pvt(['results', 'import', '--recursive', place.path(folder), '--tz', 'UTC', '--db', db])
const jobs = () => place.json<{ job_id: string; backup_path: string }[]>(['history'])

test('where there is no backup is told; where nothing is new is not', async () => {
  mkdirSync(place.path('tree'))
  const none = await recursive()
  expect([none.code, none.stdout]).toEqual([0, ''])
  expect(none.stderr).toBe(`pvt: warning: there is no backup folder 00bkp_* below ${place.path('tree')}\n`)

  mkdirSync(place.path('tree/old_00bkp_202401311200'))
  expect((await recursive()).stderr).not.toContain('there is no backup folder')

  domainAt('d')
  await recursive()
  rmSync(place.path('tree/old_00bkp_202401311200'), { recursive: true })
  expect(await recursive()).toEqual({ code: 0, stdout: '', stderr: '' })
})

describe('a backup that was still being written when it was imported', () => {
  test('is told once more has come, until that is imported', async () => {
    const { backupPath, creportPath, reportPaths } = domainAt('d')
    const late = [...reportPaths.values()].slice(0, 2).map((path) => ({ path, text: readFileSync(path) }))
    const whole = readFileSync(creportPath, 'utf8')
    for (const { path } of late) rmSync(path)
    writeFileSync(creportPath, whole.split('\n').slice(0, -4).join('\n') + '\n')
    await recursive()
    expect((await recursive()).stderr).toBe('')

    for (const { path, text } of late) writeFileSync(path, text)
    writeFileSync(creportPath, whole)
    const [job] = await jobs()
    const command = `results import ${backupPath} -j ${job!.job_id.slice(0, 8)}`
    const again = await recursive()
    expect([again.code, again.stdout]).toEqual([0, ''])
    expect(again.stderr).toBe(
      `pvt: warning: ${backupPath}: 3 files came or changed since it was imported: pvt ${command} brings them in\n`,
    )
    expect((await place.pvt(command.split(' '))).code).toBe(0)
    expect((await recursive()).stderr).toBe('')
    expect(await jobs()).toHaveLength(1)
  })

  test('a file that could not be read is not told as new', async () => {
    const { backupPath } = domainAt('d')
    mkdirSync(join(backupPath, 'TT/typical/typical_85/v1nom'), { recursive: true })
    writeFileSync(join(backupPath, 'TT/typical/typical_85/v1nom/sim_tx.mt0'), 'nothing of a simulator\n')
    expect((await recursive()).code).toBe(6)
    expect(await recursive()).toMatchObject({ code: 0, stderr: '' })
  })
})

test('a backup whose folder was renamed gets no second job', async () => {
  const { backupPath } = domainAt('d')
  await recursive()
  const renamed = backupPath.replace(/\d+$/, '202402011200')
  renameSync(backupPath, renamed)
  const { code, stderr } = await recursive()
  expect(code).toBe(0)
  expect(stderr).toMatch(
    new RegExp(`${renamed}: ${backupPath} under another name, which is job .*: no second job was made`),
  )
  expect(await jobs()).toMatchObject([{ backup_path: backupPath }])
})

test('a second run that gives the same numbers, while the first is still there, has a job of its own', async () => {
  const { backupPath } = domainAt('d')
  await recursive()
  cpSync(backupPath, backupPath.replace(/\d+$/, '202402011200'), { recursive: true })
  await recursive()
  expect(await jobs()).toHaveLength(2)
})

const nobody = 65534
const isRoot = process.getuid?.() === 0

test.each<[string, (backup: string) => void]>([
  [
    'was emptied',
    (backup) => {
      rmSync(join(backup, 'report'), { recursive: true })
    },
  ],
  [
    'may not be looked into any more',
    (backup) => {
      chmodSync(backup, 0)
    },
  ],
])('a backup that %s has its job, and nothing is said', async (_, spoil) => {
  const { backupPath } = domainAt('d')
  await recursive()
  spoil(backupPath)
  const user = isRoot ? { user: nobody } : {}
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(place.db + suffix)) chmodSync(place.db + suffix, 0o666)
  for (const folder of [place.folder, place.path('tree'), place.path('tree/d')]) chmodSync(folder, 0o777)
  const words = ['results', 'import', '--recursive', place.path('tree'), '--db', place.db]
  expect(await place.pvt(words, user)).toMatchObject({ code: 0, stdout: '', stderr: '' })
  chmodSync(backupPath, 0o755)
})

test.each(eachEngine)(
  'backups and their copies elsewhere, imported at the same time into $name, are one job each',
  async ({ make }) => {
    const { folder } = domainAt('d')
    const stamps = Array.from({ length: 15 }, (_, minute) => `2024013112${String(minute).padStart(2, '0')}`)
    for (const [seed, stamp] of stamps.entries()) makeBackup(folder, { ...short, stamp, seed })
    cpSync(place.path('tree'), place.path('copy'), { recursive: true })
    const { name, drop } = await make()
    try {
      await place.json(['history', '--db', name])
      await Promise.all([recursive('tree', name), recursive('copy', name)])
      const found = await place.json<{ backup_path: string }[]>(['history', '--db', name])
      expect(found.map(({ backup_path }) => backup_path.slice(-12)).sort()).toEqual(stamps)
    } finally {
      await drop()
    }
  },
)

test('a backup within a backup is another run: its measure files are left alone', async () => {
  const { backupPath } = domainAt('d')
  const inner = join(backupPath, 'old/00bkp_202301010000')
  const folder = join(inner, 'TT/typical/typical_m40/v1max')
  mkdirSync(folder, { recursive: true })
  const names = ['del_rr', 'power', 'temper', 'alter#']
  writeFileSync(join(folder, 'sim_tx.mt0'), hspiceMeasureText({ names, rows: [[1, 2, -40, 1]] }))
  const { code, stderr } = await recursive()
  expect(code).toBe(0)
  expect(stderr).toContain(`left alone: ${inner}\n`)
  expect(stderr).not.toContain('the first was taken')
})

test('a config.cfg of another simulator than the one that completed the run is not that of the run', async () => {
  const { configPath, backupPath, configuration } = domainAt('d')
  const other = configuration.simulator === 'primesim' ? 'FineSim' : 'PrimeSim'
  writeFileSync(join(backupPath, 'simulation.log'), `${other} Successfully Completed at Thu Jan 15 2026\n`)
  const { stderr } = await recursive()
  expect(stderr).toContain(
    `${configPath}: not that of the run: simulator is ${configuration.simulator}, simulation.log is that of ${other.toLowerCase()}; inferred instead`,
  )
  expect(await jobs()).toMatchObject([{ simulator: other.toLowerCase(), config_source: 'inferred' }])
})

test('whose reader has gone imports all the same, and its exit code tells of all', async () => {
  const { folder } = domainAt('d')
  for (let minute = 1; minute < 20; minute += 1)
    makeBackup(folder, { ...short, stamp: `2024020112${String(minute).padStart(2, '0')}`, seed: minute })
  mkdirSync(join(folder, '00bkp_202501010000'))
  const words = `results import --recursive ${place.path('tree')}`
  const { code, stdout } = await place.sh(`set -o pipefail; pvt ${words} | head -1`)
  expect([code, stdout.trim().split('\n').length]).toEqual([6, 1])
  expect(await jobs()).toHaveLength(20)
})

test('a year that no clock shows is no time of a backup', async () => {
  domainAt('d', '002401311200')
  const { code, stderr } = await recursive()
  expect(code).toBe(0)
  expect(stderr).toMatch(/00bkp_002401311200: its name is not 00bkp_YYYYMMDDHHmm: not taken for a backup/)
  expect(await jobs()).toEqual([])
})

test('a dry run names the copies that an import would name, and stores nothing', async () => {
  const { backupPath } = domainAt('a')
  cpSync(backupPath, place.path('tree/z/00bkp_202401311200'), { recursive: true })
  const dry = await place.pvt(['results', 'import', '--recursive', place.path('tree'), '--dry-run'])
  expect(dry.stdout.trim().split('\n')).toHaveLength(1)
  expect(dry.stderr).toBe(
    `pvt: warning: ${place.path('tree/z/00bkp_202401311200')}: a copy of ${backupPath}: no second job would be made\n`,
  )
  expect(await jobs()).toEqual([])
})

test('a backup that was renamed in front is named, and is no part of a live tree', async () => {
  const { folder, backupPath } = domainAt('d')
  const renamed = join(folder, 'old_00bkp_202301010000')
  cpSync(backupPath, renamed, { recursive: true })
  const { code, stderr } = await recursive()
  expect([code, stderr]).toEqual([
    0,
    `pvt: warning: ${renamed}: its name is not 00bkp_YYYYMMDDHHmm: not taken for a backup\n`,
  ])
})

test('a config.cfg that cannot be read is named once', async () => {
  const { configPath } = domainAt('d')
  writeFileSync(configPath, 'no key\n')
  expect((await recursive()).stderr).toBe(
    `pvt: warning: ${configPath}: has no key of a config.cfg; the configuration is inferred instead\n`,
  )
})

test('cross corners of a list of its own are inferred in the order in which the flow ran them', async () => {
  const own = { ...config, mode: 'polo', postlay_cross_cornerlist: 'custom:SSG FFAG TT' }
  const { configPath } = makeDomain(place.path('tree/d'), { config: own, ...short })
  rmSync(configPath)
  await recursive()
  const [job] = await place.json<{ postlay_custom_corners: string }[]>(['history'])
  expect(job!.postlay_custom_corners).toBe('SSG FFAG TT')
})

test('an import that the database ends says what stays, and goes on when it is run again', async () => {
  domainAt('a')
  await recursive()
  const second = makeDomain(place.path('tree/b'), { config, ...short, seed: 2 })
  const third = makeDomain(place.path('tree/c'), { config, ...short, seed: 3 })
  const raw = new Sqlite(place.db)
  raw.exec(`create trigger full before insert on jobs when new.domain_path = '${third.folder}'
    begin select raise(abort, 'full'); end`)
  const { code, stderr } = await recursive()
  expect(code).not.toBe(0)
  expect(stderr).toContain(
    `pvt: warning: the import ended at ${third.backupPath}; the job stored before it stays: run it again to go on\n`,
  )
  expect((await jobs()).map(({ backup_path }) => backup_path)).toContain(second.backupPath)
  raw.exec('drop trigger full').close()
  expect(await recursive()).toMatchObject({ code: 0, stderr: '' })
  expect(await jobs()).toHaveLength(3)
})
