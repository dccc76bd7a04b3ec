import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configText } from '../fixtures/config.ts'
import { expectFailure, instant, openWorkplace, uuidLine, type Workplace } from './run-pvt.ts'

let place: Workplace

beforeAll(() => {
  place = openWorkplace()
  mkdirSync(place.path('domain'))
  writeFileSync(place.path('domain/config.cfg'), configText())
})

afterAll(() => {
  place.remove()
})

type Job = Record<string, unknown>

const created = async (...args: string[]): Promise<Job> => {
  const id = await place.create(args)
  return place.json(['job', 'status', id])
}

test('it prints the full id alone, on a terminal and in a pipe, with and without --quiet', async () => {
  for (const args of [[], ['-q'], ['--name', 'x']]) {
    const answer = await place.pvt(['job', 'create', ...args])
    expect(answer).toMatchObject({ stderr: '', code: 0, stdout: expect.stringMatching(uuidLine) as string })
  }
})

test('as JSON it is the whole job', async () => {
  const job = await place.json(['job', 'create', '-c', place.path('domain/config.cfg')])
  const shown = await place.json(['job', 'status', String(job.job_id)])
  expect(shown).toMatchObject(job)
  expect(job).toMatchObject({ status: 'queued', name: 'domain', stored_simulations: 0 })
})

test('every key of config.cfg fills a column, and the whole file is kept', async () => {
  const job = await created('-c', place.path('domain/config.cfg'))
  expect(job).toEqual({
    job_id: expect.any(String) as string,
    name: 'domain',
    status: 'queued',
    created_at: expect.stringMatching(instant) as string,
    updated_at: job.created_at,
    started_at: null,
    completed_at: null,
    elapsed_seconds: null,
    ...{ mode: 'prelay', vccn: '1p1v', vcctx: 'vcctx_NA', vccana: 'vccana', vcc: 'vcc' },
    ...{ supply_1st: 'vcc', supply_2nd: 'vccn', supply_3rd: 'NA', condition: 'perf' },
    ...{ cpu_count: 4, memory_gb: 4, alter_extraction: 'No', alter_string_count: 11, sim_mode: 'ac' },
    ...{ gs_gf_corner: 'Yes', vcc_vid: 'Yes', simulator: 'primesim' },
    ...{ postlay_cross_cornerlist: 'default', postlay_custom_corners: '' },
    planned_stages: ['gen', 'run', 'ext', 'srt', 'bkp'],
    current_stage: null,
    completed_stages: [],
    ...{ total_simulations: 92, stored_simulations: 0, successful_simulations: 0, failed_simulations: 0 },
    missing_simulations: 92,
    domain_path: place.path('domain'),
    config_file_path: place.path('domain/config.cfg'),
    backup_path: null,
    error_message: null,
    error_stage: null,
    user: 'ada',
    host: hostname(),
    description: null,
    tags: [],
    pinned: false,
    verdict: null,
    config_text: configText(),
    config_sha256: createHash('sha256').update(configText()).digest('hex'),
    clock_skew: false,
    stages: [],
    simulation_logs: [],
    ...{ progress: [], time_left: null, run: null, after: [] },
    waiting: {
      state: 'not_started',
      since: expect.stringMatching(instant) as string,
      reason: 'it is queued, and nothing of it runs',
    },
    config_source: 'given',
  })
})

test('name, description, user, tags and stages are taken as given', async () => {
  const words = ['--name', 'sign off ', '--description', 'ünïcode — 测试 "quoted"', '--user', 'bob']
  const more = ['--tag', 'a', '--tag', 'b,c', '--stages', 'gen,run,usr']
  expect(await created('-d', place.path('domain'), ...words, ...more)).toMatchObject({
    name: 'sign off ',
    description: 'ünïcode — 测试 "quoted"',
    user: 'bob',
    tags: ['a', 'b,c'],
    planned_stages: ['gen', 'run', 'usr'],
  })
})

describe('the folder and the configuration tell each other', () => {
  test.concurrent.each([
    ['--config alone', ['-c', '../domain/config.cfg'], 'domain', 'domain/config.cfg'],
    ['--domain alone', ['-d', '../domain'], 'domain', 'domain/config.cfg'],
    ['both', ['-d', '.', '-c', '../domain/config.cfg'], 'work', 'domain/config.cfg'],
    ['neither, without ./config.cfg', [], 'work', null],
    ['a folder without config.cfg', ['-d', '../home'], 'home', null],
  ])('%s', async (_, args, domain, config) => {
    const job = await created(...args)
    expect(job.domain_path).toBe(place.path(domain))
    expect(job.config_file_path).toBe(config === null ? null : place.path(config))
    expect(job.total_simulations).toBe(config === null ? null : 92)
  })

  test('neither, with ./config.cfg', async () => {
    const id = await place.create([], { cwd: place.path('domain') })
    expect(await place.json(['job', 'status', id])).toMatchObject({
      domain_path: place.path('domain'),
      config_file_path: place.path('domain/config.cfg'),
    })
  })

  test('a job without a configuration knows none of its values', async () => {
    const job = await created()
    expect(job).toMatchObject({ mode: null, simulator: null, total_simulations: null })
    expect(job).toMatchObject({ config_text: null, config_sha256: null, missing_simulations: null })
  })
})

describe('the number of PVT points', () => {
  const oneSupply = { '2nd_supply_swp': 'NA', '3rd_supply_swp': 'NA' }
  test.concurrent.each([
    ['prelay, one supply', { ...oneSupply, 'gs/gf_corner': 'No' }, 44],
    ['prelay, gs/gf, two supplies', {}, 92],
    ['polo, one supply, default', { ...oneSupply, 'gs/gf_corner': 'No', mode: 'polo' }, 92],
    [
      'polo, gs/gf, three supplies, full',
      { mode: 'polo', '3rd_supply_swp': 'vccn', postlay_cross_cornerlist: 'full' },
      488,
    ],
    ['prelay, hvqk', { 'gs/gf_corner': 'No', condition: 'hvqk' }, 16],
  ])('%s', async (name, config, points) => {
    const file = place.path(`${name.replace(/\W+/g, '-')}.cfg`)
    writeFileSync(file, configText(config))
    expect(await created('-c', file)).toMatchObject({
      total_simulations: points,
      missing_simulations: points,
    })
  })

  test('--set overrides one key; the snapshot stays that of the file', async () => {
    const job = await created('-d', place.path('domain'), '--set', 'mode=polo', '--set', 'CPU #=16')
    expect(job).toMatchObject({ mode: 'polo', cpu_count: 16, config_text: configText() })
    expect(job.total_simulations).toBe(92 + 4 * 6 * 5)
  })

  test('--set without a file overrides the defaults of the flow', async () => {
    expect(await created('--set', 'simulator=primesim')).toMatchObject({
      ...{ simulator: 'primesim', mode: 'prelay', condition: 'perf', cpu_count: 4 },
      ...{ config_text: null, total_simulations: 7 * 2 * 3 + 2 },
    })
  })
})

describe('what is refused leaves no job behind', () => {
  test.concurrent.each([
    ['an unknown key', ['--set', 'speed=9'], /unknown configuration key 'speed': known keys: mode, /],
    ['no key=value', ['--set', 'mode'], /--set 'mode': no key=value/],
    ['a number that is none', ['--set', 'CPU #=four'], /CPU #.*four/],
    ['an unknown stage', ['--stages', 'gen,build'], /there is no stage 'build'/],
    ['no stage', ['--stages', ','], /--stages names no stage/],
  ])('%s', async (_, args, message) => {
    const before = await place.json<unknown[]>(['history'])
    expectFailure(await place.pvt(['job', 'create', ...args]), 2, message)
    expect(await place.json(['history'])).toHaveLength(before.length)
  })
})

describe('a config.cfg that the flow reads otherwise is warned of, with file and line', () => {
  test.concurrent.each([
    ['an unknown key', configText({ speeed: '9' }), /config\.cfg:16: .*speeed/],
    ['CRLF', configText({}, { crlf: true }), /config\.cfg:\d+: .*(CRLF|\\r)/],
    ['no newline at the end', configText({}, { lastLineWithoutNewline: true }), /config\.cfg:15: .*newline/],
    ['a value outside the list', configText({ sim_mode: 'dd' }), /config\.cfg:12: .*'?dd'?/],
    ['a first supply that is no rail', configText({ '1st_supply_swp': 'vc' }), /config\.cfg:4: .*no effect/],
    ['a blank around a value', configText({ condition: ' perf' }), /config\.cfg:7: .*blank/],
  ])('%s', async (name, text, message) => {
    const folder = place.path(name.replaceAll(' ', '-'))
    mkdirSync(folder)
    writeFileSync(`${folder}/config.cfg`, text)
    const loud = await place.pvt(['job', 'create', '-d', folder])
    expect(loud.stdout).toMatch(uuidLine)
    expect(loud.code).toBe(0)
    for (const line of loud.stderr.trimEnd().split('\n')) expect(line).toMatch(/^pvt: warning: \//)
    expect(loud.stderr).toMatch(message)
    expect((await place.pvt(['job', 'create', '-d', folder, '-q'])).stderr).toBe('')
    const job = await place.json(['job', 'status', loud.stdout.trim()])
    expect(job.config_text).toBe(readFileSync(`${folder}/config.cfg`, 'utf8'))
  })

  test('with CRLF the flow does not see prelay, so the job is polo', async () => {
    const id = await place.create(['-q', '-d', place.path('CRLF')])
    expect(await place.json(['job', 'status', id])).toMatchObject({ total_simulations: 92 + 4 * 6 * 5 })
  })
})
