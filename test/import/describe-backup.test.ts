import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeBackup } from '../../src/import/describe-backup.ts'
import { findFiles } from '../../src/import/find-files.ts'
import { configText } from '../fixtures/config.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { makeLiveTree } from '../fixtures/live-tree.ts'
import { failure } from '../support/failure.ts'

/** 16 points. */
const config = { '2nd_supply_swp': 'NA', 'gs/gf_corner': 'No', condition: 'hvqk' }
const zone = process.env.TZ

let root: string
let folder: string
let count = 0

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'pvt-describe-')))
})

beforeEach(() => {
  count += 1
  folder = join(root, `gpio ${count}`)
})

afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const describeAt = (path: string) => describeBackup(findFiles(path), 'eva')
const failureOf = (path: string) => failure(Promise.resolve().then(() => describeAt(path)))

test('a completed job, with the configuration that lies beside it', () => {
  const domain = makeDomain(folder, { config })
  const { job, configuration } = describeAt(domain.backupPath)
  expect(job).toMatchObject({
    ...{ name: basename(folder), status: 'completed', user: 'eva', domain_path: folder },
    ...{
      backup_path: domain.backupPath,
      config_file_path: domain.configPath,
      config_text: domain.configText,
    },
    ...{
      condition: 'hvqk',
      total_simulations: 16,
      stored_simulations: 0,
      started_at: null,
      elapsed_seconds: null,
    },
  })
  expect(configuration!.points).toEqual(domain.points)
})

describe('the time of the folder is local', () => {
  test.each([
    ['UTC', '202601151030', '2026-01-15T10:30:00.000Z'],
    ['Europe/Berlin', '202601151030', '2026-01-15T09:30:00.000Z'],
    ['Europe/Berlin', '202607151030', '2026-07-15T08:30:00.000Z'],
    ['America/Los_Angeles', '202601010000', '2026-01-01T08:00:00.000Z'],
    ['Asia/Kolkata', '202603010000', '2026-02-28T18:30:00.000Z'],
    ['Asia/Taipei', '202402292359', '2024-02-29T15:59:00.000Z'],
    ['Pacific/Kiritimati', '202612312359', '2026-12-31T09:59:00.000Z'],
    // The hour that summer time skips, and the one that it repeats.
    ['Europe/Berlin', '202603290230', '2026-03-29T01:30:00.000Z'],
    ['Europe/Berlin', '202610250230', '2026-10-25T00:30:00.000Z'],
  ])('in %s %s is %s', (name, stamp, expected) => {
    process.env.TZ = name
    const { job } = describeAt(makeDomain(folder, { config, stamp }).backupPath)
    expect([job.created_at, job.completed_at]).toEqual([expected, expected])
  })
})

describe('the config.cfg beside it', () => {
  test('may be absent: the configuration is unknown', () => {
    const domain = makeDomain(folder, { config })
    rmSync(domain.configPath)
    const { job, configuration } = describeAt(domain.backupPath)
    expect(configuration).toBeNull()
    expect(job).toMatchObject({
      mode: null,
      total_simulations: null,
      config_file_path: null,
      config_text: null,
    })
  })

  test('may be a link to nowhere: the same', () => {
    const domain = makeDomain(folder, { config })
    rmSync(domain.configPath)
    symlinkSync('nowhere', domain.configPath)
    expect(describeAt(domain.backupPath).configuration).toBeNull()
  })

  test('may be newer than the run: it is taken as it is', () => {
    const domain = makeDomain(folder, { config })
    writeFileSync(domain.configPath, configText({ ...config, mode: 'polo', nonsense: '1' }))
    const { job, configuration } = describeAt(domain.backupPath)
    expect(job).toMatchObject({ mode: 'polo', total_simulations: 32 })
    expect(configuration!.problems).toMatchObject([{ file: domain.configPath, level: 'warning', line: 16 }])
  })

  test('that is none is said, with its path', async () => {
    const domain = makeDomain(folder, { config })
    writeFileSync(domain.configPath, 'nothing of the flow\n')
    const error = await failureOf(domain.backupPath)
    expect(error).toMatchObject({ code: 'bad_input' })
    expect(error.message).toContain(domain.configPath)
  })
})

test('what is no backup folder is wrong usage', async () => {
  const domain = makeDomain(folder, { config })
  const tree = makeLiveTree(`${folder}-live`, { config })
  for (const path of [domain.creportPath, [...domain.reportPaths.values()][0]!, tree.folder]) {
    expect(await failureOf(path)).toMatchObject({
      code: 'usage',
      message: `--new: ${path} is no backup folder`,
    })
  }
})
