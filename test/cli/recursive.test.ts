import { chmodSync, cpSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type BackupOptions, type DomainOptions, makeBackup, makeDomain } from '../fixtures/flow.ts'
import { simulationLogText } from '../fixtures/live-tree.ts'
import { configText } from '../fixtures/config.ts'
import { dumpDatabase } from './dump-database.ts'
import { csvLines, expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

/** 16 points. */
const config = { '2nd_supply_swp': 'NA', 'gs/gf_corner': 'No', condition: 'hvqk' }
const short = { measurements: ['del_rr', 'power'] }

let place: Workplace

beforeEach(() => {
  place = openWorkplace()
  return () => {
    chmodSync(place.folder, 0o755)
    place.remove()
  }
})

const domainAt = (path: string, options: DomainOptions = {}) =>
  makeDomain(place.path('tree', path), { config, ...short, ...options })
const backupAt = (path: string, options: BackupOptions) =>
  makeBackup(place.path('tree', path), { ...short, ...options })
const words = (...more: string[]): string[] => [
  'results',
  'import',
  '--recursive',
  place.path('tree'),
  ...more,
]

interface Job extends Record<string, unknown> {
  job_id: string
  backup_path: string
}

const jobs = (): Promise<Job[]> => place.json<Job[]>(['history'])
const jobOf = async (backup: string): Promise<Job> => {
  const found = (await jobs()).find(({ backup_path }) => backup_path === backup)
  return place.json(['job', 'status', found!.job_id])
}

test('years of backups: a job each, with its time and results; again nothing is added', async () => {
  const one = domainAt('2024/one', { stamp: '202401311200', seed: 1, failedPoints: ['TT/typical/m40/v1max'] })
  const later = backupAt('2024/one', { stamp: '202402011200', seed: 2 })
  const deep = domainAt('a/b/c/d/e/f/deep', { stamp: '202403011200', seed: 3 })
  const first = await place.json<Record<string, unknown>[]>(words())
  expect(first).toMatchObject([
    { path: one.backupPath, points: 15, missing_points: 1 },
    { path: later.backupPath, points: 16, missing_points: 0 },
    { path: deep.backupPath, points: 16, problems: [] },
  ])
  expect(await jobOf(one.backupPath)).toMatchObject({
    ...{
      status: 'completed',
      created_at: '2024-01-31T12:00:00.000Z',
      completed_at: '2024-01-31T12:00:00.000Z',
    },
    ...{ config_source: 'beside', config_file_path: one.configPath, total_simulations: 16, name: 'one' },
  })
  const before = dumpDatabase(place.db)
  expect(await place.json(words())).toEqual([])
  expect(dumpDatabase(place.db)).toEqual(before)
})

describe('--tz', () => {
  test('is the zone of the folders, whatever that of this machine', async () => {
    const { backupPath } = domainAt('d', { stamp: '202607011200' })
    await place.json(words('--tz', 'Asia/Taipei'))
    expect(await jobOf(backupPath)).toMatchObject({ created_at: '2026-07-01T04:00:00.000Z' })
  })

  test('an hour that summer time skipped is told', async () => {
    const { backupPath } = domainAt('d', { stamp: '202603290230' })
    const { code, stderr } = await place.pvt(words('--tz', 'Europe/Berlin'))
    expect([code, stderr]).toEqual([0, expect.stringMatching(/warning: .*no such time.*2026-03-29T01:30/)])
    expect(await jobOf(backupPath)).toMatchObject({ created_at: '2026-03-29T01:30:00.000Z' })
  })

  test('a zone that there is not, and a --tz without new jobs, are wrong usage', async () => {
    domainAt('d')
    expectFailure(await place.pvt(words('--tz', 'Mars/Olympus')), 2, /no such time zone/)
    expectFailure(await place.pvt(['results', 'import', '--tz', 'UTC', place.path('tree/d')]), 2, /--tz/)
  })
})

describe('the configuration of a run', () => {
  const inferred = { config_source: 'inferred', config_file_path: null, config_text: null }

  test('whose config.cfg has another set of points is inferred, and that is said', async () => {
    const domain = domainAt('d', { config: { ...config, condition: 'perf', 'gs/gf_corner': 'Yes' } })
    writeFileSync(domain.configPath, configText({ ...config, mode: 'polo', condition: 'perf' }))
    const { code, stderr, stdout } = await place.pvt(words('--json'))
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${domain.configPath}: not that of the run`)])
    expect(JSON.parse(stdout)).toMatchObject([{ missing_points: 0, problems: [] }])
    expect(await jobOf(domain.backupPath)).toMatchObject({
      ...inferred,
      ...{ mode: 'prelay', gs_gf_corner: 'Yes', supply_1st: 'vcc', supply_2nd: 'NA', vcc_vid: 'Yes' },
      ...{ condition: null, cpu_count: null, simulator: null, total_simulations: 56 },
    })
    expect((await place.pvt(['job', 'status', '@latest'])).stdout).toMatch(/config +inferred from the run/)
  })

  test('whose config.cfg sweeps other rails than creport.txt says is inferred', async () => {
    const domain = domainAt('d', { config: { ...config, '1st_supply_swp': 'vccn' } })
    writeFileSync(domain.configPath, configText({ ...config, '1st_supply_swp': 'vcctx' }))
    const { stderr } = await place.pvt(words())
    expect(stderr).toMatch(/1st_supply_swp is vcctx, in creport\.txt vccn/)
    expect(await jobOf(domain.backupPath)).toMatchObject({ ...inferred, supply_1st: 'vccn' })
  })

  test('whose config.cfg expects more than was attempted is inferred', async () => {
    const domain = domainAt('d')
    writeFileSync(domain.configPath, configText({ ...config, 'gs/gf_corner': 'Yes' }))
    expect((await place.pvt(words())).stderr).toMatch(/implies 20 points, the run attempted 16/)
    expect(await jobOf(domain.backupPath)).toMatchObject({
      ...inferred,
      gs_gf_corner: 'No',
      total_simulations: 16,
    })
  })

  test('whose config.cfg, with cross corners of its own, expects more than was attempted is inferred', async () => {
    const own = { ...config, mode: 'polo', postlay_cross_cornerlist: 'custom:SSG FFG' }
    const domain = domainAt('d', { config: own })
    writeFileSync(domain.configPath, configText({ ...own, condition: 'perf' }))
    expect((await place.pvt(words())).stderr).toMatch(/implies 68 points, the run attempted 24/)
    expect(await jobOf(domain.backupPath)).toMatchObject({ ...inferred, total_simulations: 24 })
  })

  test.each([
    [
      'without a config.cfg',
      (path: string) => {
        rmSync(path)
      },
    ],
    [
      'with one that is none',
      (path: string) => {
        writeFileSync(path, 'hello\n')
      },
    ],
  ])('%s is inferred, with the simulator of its log', async (_, spoil) => {
    const domain = domainAt('d', {
      config: { ...config, mode: 'polo' },
      failedPoints: ['TT/typical/m40/v1max'],
    })
    spoil(domain.configPath)
    const log = simulationLogText('/p/TT/typical/typical_85/v1nom', domain.configuration, [
      { swp: null, alter: 1, measurements: { a: 1 }, failed: {} },
    ])
    writeFileSync(join(domain.backupPath, 'simulation.log'), `PrimeSim Version W-2024.09\n${log}`)
    expect((await place.pvt(words())).code).toBe(0)
    expect(await jobOf(domain.backupPath)).toMatchObject({
      ...inferred,
      ...{ mode: 'polo', simulator: 'primesim', postlay_cross_cornerlist: 'default', total_simulations: 32 },
      missing_simulations: 1,
      simulation_logs: [
        {
          ...{
            point: 'TT/typical/85/v1nom',
            simulator: 'primesim',
            simulator_version: 'W-2024.09',
            success: true,
          },
          ...{ elapsed_seconds: 282, cpu_seconds: 478.1, peak_memory_mb: 3507.9, measures: 1, warnings: 1 },
        },
      ],
    })
    expect((await place.pvt(['job', 'status', '@latest'])).stdout).toMatch(
      /log +TT\/typical\/85\/v1nom: primesim W-2024\.09, completed, took 4m 42s, CPU 7m 58s, .*1 warning\n/,
    )
  })

  test('with a creport.txt alone is inferred from that: what failed is missing', async () => {
    const domain = domainAt('d', { failedPoints: ['SSG/typical/125/v1max'] })
    for (const path of [...domain.reportPaths.values(), domain.configPath]) rmSync(path)
    expect(await place.json(words())).toMatchObject([{ points: 15, missing_points: 1 }])
  })
})

describe('what is wrong with one backup is named and does not stop the others', () => {
  test('empty, cut, garbage, a wrong name, a folder of a copy', async () => {
    const good = domainAt('good', { stamp: '202401010000' })
    mkdirSync(place.path('tree/empty/00bkp_202401020000'), { recursive: true })
    mkdirSync(place.path('tree/garbage/00bkp_202401030000/report'), { recursive: true })
    writeFileSync(place.path('tree/garbage/00bkp_202401030000/report/creport.txt'), Buffer.from([0, 1, 2]))
    mkdirSync(place.path('tree/odd/00bkp_202413990000'), { recursive: true })
    cpSync(good.backupPath, place.path('tree/zcopy/00bkp_202401010000'), { recursive: true })
    const last = domainAt('zz', { stamp: '202401040000', seed: 9 })
    const { code, stdout, stderr } = await place.pvt(words('--json'))
    expect(code).toBe(6)
    expect((JSON.parse(stdout) as { path: string }[]).map(({ path }) => path)).toEqual([
      ...[good.backupPath, last.backupPath],
    ])
    for (const told of [
      /^pvt: .*empty\/00bkp_202401020000 has no report/m,
      /^pvt: .*garbage\/00bkp_202401030000.*not text/m,
      /^pvt: warning: .*odd\/00bkp_202413990000: its name is not 00bkp_YYYYMMDDHHmm/m,
      /^pvt: warning: .*zcopy\/00bkp_202401010000: a copy of .*good\/00bkp_202401010000, which is job [0-9a-f]{8}/m,
    ])
      expect(stderr).toMatch(told)
    expect(await jobs()).toHaveLength(2)
    const before = dumpDatabase(place.db)
    expect((await place.pvt(words())).code).toBe(6)
    expect(dumpDatabase(place.db)).toEqual(before)
  })

  test.skipIf(process.getuid?.() !== 0)('folders that may not be read', async () => {
    const user = 65534
    domainAt('a', { stamp: '202401010000' })
    domainAt('b', { stamp: '202401020000', seed: 2 })
    domainAt('c', { stamp: '202401030000', seed: 3 })
    chmodSync(place.path('tree/b'), 0o700)
    chmodSync(place.path('tree/c/00bkp_202401030000/report'), 0o700)
    const db = place.path('work/others.db')
    chmodSync(place.path('work'), 0o777)
    const { code, stdout, stderr } = await place.pvt(words('--json', '--db', db), { user })
    expect(code).toBe(6)
    expect(JSON.parse(stdout)).toHaveLength(1)
    expect(stderr).toMatch(/^pvt: \S*tree\/b: no permission to read/m)
    expect(stderr).toMatch(/^pvt: \S*c\/00bkp_202401030000: no permission to read/m)
  })

  test('links: to a backup, back into the tree, out of it, to nothing, in a circle', async () => {
    const inside = domainAt('d', { stamp: '202401010000' })
    const away = makeDomain(place.path('away'), { config, ...short, stamp: '202401020000', seed: 2 })
    const link = (target: string, name: string): void => {
      symlinkSync(target, place.path('tree', name))
    }
    link(away.backupPath, '00bkp_202401020000')
    link(inside.backupPath, '00bkp_202401030000')
    link(inside.folder, 'again')
    link(away.folder, 'out')
    link('nowhere', 'dead')
    link('.', 'circle')
    const { code, stdout, stderr } = await place.pvt(words('--json'))
    expect(code).toBe(0)
    expect((JSON.parse(stdout) as { path: string }[]).map(({ path }) => path)).toEqual([
      ...[away.backupPath, inside.backupPath],
    ])
    expect(stderr.trim().split('\n')).toEqual([
      `pvt: warning: ${place.path('tree/out')}: links to ${away.folder}: not followed; name that folder to import from it`,
    ])
  })
})

describe('the answer', () => {
  test('is one document in every format, and an empty one for nothing', async () => {
    domainAt('a', { stamp: '202401010000' })
    domainAt('b', { stamp: '202401020000', seed: 2 })
    const json = JSON.parse((await place.pvt(words('--json', '--dry-run'))).stdout) as Record<
      string,
      unknown
    >[]
    expect(json).toMatchObject([{ job_id: null, results_new: 16 }, { job_id: null }])
    const nd = (await place.pvt(words('-f', 'ndjson', '--dry-run'))).stdout
    expect(
      nd
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(json)
    const csv = csvLines((await place.pvt(words('-f', 'csv', '--dry-run'))).stdout)
    expect([csv[0], csv.length]).toEqual([Object.keys(json[0]!), 3])
    expect((await place.pvt(words('--dry-run'))).stdout).toMatch(
      /^(a new job imported 16 .*nothing stored\)\n){2}$/,
    )
    expect(await jobs()).toEqual([])
    rmSync(place.path('tree'), { recursive: true })
    mkdirSync(place.path('tree'))
    expect((await place.pvt(words('--json'))).stdout).toBe('[]\n')
    expect((await place.pvt(words('-f', 'csv'))).stdout).toBe(`${csv[0]!.join(',')}\n`)
    expect((await place.pvt(words())).stdout).toBe('')
  })

  test('--strict leaves out what could not be read whole', async () => {
    domainAt('a', { stamp: '202401010000' })
    const cut = domainAt('b', { stamp: '202401020000', seed: 2 })
    writeFileSync([...cut.reportPaths.values()][0]!, 'a\tb\n1')
    expect((await place.pvt(words('--strict'))).code).toBe(6)
    expect((await jobs()).map(({ name }) => name)).toEqual(['a'])
  })

  test.each(['--new', '--latest'])('--recursive does not go with %s', async (option) => {
    domainAt('a')
    expectFailure(await place.pvt(words(option)), 2, /--recursive/)
  })

  test('a backup that was moved since is another place: its copy is told', async () => {
    const { backupPath } = domainAt('a', { stamp: '202401010000' })
    await place.json(words())
    mkdirSync(place.path('tree/moved'))
    renameSync(backupPath, place.path('tree/moved/00bkp_202401010000'))
    const { code, stderr } = await place.pvt(words())
    expect([code, stderr]).toEqual([0, expect.stringContaining(`a copy of ${backupPath}`)])
  })
})
