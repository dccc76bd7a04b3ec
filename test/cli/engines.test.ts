import { cpSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDomain } from '../fixtures/flow.ts'
import { eachEngine, type FreshDatabase } from '../support/databases.ts'
import { openWorkplace, type Workplace } from './run-pvt.ts'

/** The same commands on both engines; `JOB` is the id of the run, `OTHER` that of one made from a backup. */
const script: string[][] = [
  [
    'job',
    'create',
    '-d',
    'domain',
    '--name',
    'run',
    '--tag',
    'signoff',
    '--stages',
    'gen,run,ext,srt,bkp,usr',
  ],
  ...['gen', 'run', 'ext', 'srt', 'bkp', 'usr'].flatMap((stage) => [
    ['stage', 'start', stage, '-j', 'JOB'],
    ['stage', 'done', stage, '-j', 'JOB'],
  ]),
  ['stage', 'list', '-j', 'JOB'],
  ['results', 'import', '-j', 'JOB', '--dry-run'],
  ['results', 'import', '-j', 'JOB'],
  ['results', 'import', '-j', 'JOB'],
  ['results', 'import', '--new', 'old/00bkp_202001010000'],
  ['results', 'show', '-j', 'JOB'],
  ['results', 'show', '-j', 'JOB', '--sort', 'del_rr:desc', '--limit', '7', '--point', 'SS*/typical/*'],
  ['results', 'show', '-j', 'JOB', '--failed'],
  ['results', 'summary', '-j', 'JOB'],
  ['results', 'summary', '-j', 'JOB', '--corner', 'FF*', '--measure', 'del_*'],
  ['results', 'missing', '-j', 'JOB'],
  ['results', 'export', '-j', 'JOB'],
  ['limits', 'set', 'limits.csv', '--domain', 'domain'],
  ['limits', 'set', 'limits.csv', '--domain', 'domain'],
  ['limits', 'show', '--domain', 'domain'],
  ['limits', 'waive', 'power', '--reason', 'known µ', '--until', '2999-01-01', '--domain', 'domain'],
  ['results', 'check', '-j', 'JOB'],
  ['results', 'check', '-j', 'JOB', '--history'],
  ['limits', 'list'],
  ['limits', 'waivers'],
  ['results', 'compare', 'JOB', 'JOB', '--measure', 'del_*'],
  ['results', 'sensitivity', '-j', 'JOB'],
  ['trend', 'del_rr', '--domain', 'domain'],
  ['trend', 'del_rr', '--domain', 'domain', '--point', 'SS*'],
  ['job', 'status', 'JOB'],
  ['job', 'note', 'JOB', 'ünïcode 测试 "quoted" 100%'],
  ['job', 'log', 'JOB'],
  ['history'],
  ['history', '--search', 'SIGN', '--status', 'completed', '--mode', 'prelay'],
  ['history', '--search', '100%_'],
  ['stats'],
  ['cleanup', '--keep-daily', '1', '--keep-within', '2d', '--keep-tag', 'x', '--dry-run'],
  ['cleanup', '--dry-run', '--older-than', '1d', '--keep-last', '1'],
  ['cleanup', '--older-than', '90d'],
  ['db', 'check'],
  ['job', 'status', 'JOB', 'running'],
  ['job', 'status', 'deadbeef'],
  ['job', 'delete', 'JOB', '--yes'],
  ['history'],
  ['db', 'check'],
]

interface Played {
  place: Workplace
  database: FreshDatabase
  /** What every command of the script answered, with ids, times, paths and sizes masked. */
  answers: { args: string[]; stdout: string; stderr: string; code: number | null }[]
}

async function play(database: FreshDatabase): Promise<Played> {
  const place = openWorkplace(database.name)
  makeDomain(place.path('work/domain'), {
    failedPoints: ['TT/typical/m40/v1min_v2max'],
    failedMeasurements: [{ point: 'TT/typical/m40/v1min_v2min', name: 'del_ff', text: 'error' }],
  })
  makeDomain(place.path('work/old'), { stamp: '202001010000', alterSweep: [0.1, 0.2] })
  writeFileSync(
    place.path('work/limits.csv'),
    'measurement,min,max,unit,point\ndel_rr,0,45,ps,\ndel_ff,,1,s,SSG/*\npower,,1,mW,\n',
  )
  cpSync(place.path('work/domain/config.cfg'), place.path('work/config.cfg'))
  let job = ''
  const answers: Played['answers'] = []
  for (const words of script) {
    const answer = await place.pvt([...words.map((word) => (word === 'JOB' ? job : word)), '--json'])
    if (job === '') job = (JSON.parse(answer.stdout) as { job_id: string }).job_id
    answers.push({ args: words, ...answer, stdout: mask(answer.stdout), stderr: mask(answer.stderr) })
  }
  return { place, database, answers }

  function mask(text: string): string {
    return text
      .replaceAll(job === '' ? '(no job)' : job.slice(0, 8), 'JOB')
      .replaceAll(place.folder, 'FOLDER')
      .replaceAll(/"location": "[^"]+"/g, '"location": "DB"')
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|JOB(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
      .replaceAll(/"import_id": "[0-9a-f]{16}"/g, '"import_id": "ID"')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
      .replaceAll(/"(\w+_seconds|freed_bytes)": [\d.]+/g, '"$1": 0')
  }
}

describe('the same script of commands', () => {
  let sqlite: Played
  let postgres: Played

  beforeAll(async () => {
    const made = await Promise.all(eachEngine.map(async ({ make }) => play(await make())))
    sqlite = made[0]!
    postgres = made[1]!
  })

  afterAll(async () => {
    for (const { place, database } of [sqlite, postgres]) {
      place.remove()
      await database.drop()
    }
  })

  test('does what it should', () => {
    const codes = sqlite.answers.map(({ args, code }) => `${args.slice(0, 2).join(' ')} ${code ?? 'killed'}`)
    expect(codes.filter((text) => !text.endsWith(' 0'))).toEqual([
      ...['results missing 7', 'results check 7', 'job status 4', 'job status 3'],
    ])
  })

  test.each(script.map((args, index) => [index, args.join(' ')] as const))(
    'answers the same to the byte on both engines: %i, %s',
    (index) => {
      expect(postgres.answers[index]).toEqual(sqlite.answers[index])
    },
  )

  test('PostgreSQL tells its state, too', async () => {
    const status = await postgres.place.json(['db', 'status'])
    expect(status).toMatchObject({ engine: 'postgres', journal_mode: null, file_system: null })
    expect(status.size_bytes).toEqual(expect.any(Number))
    expect(JSON.stringify(status)).not.toContain('secret-of-the-test-server')
    expect(Object.keys(status)).toEqual(Object.keys(await sqlite.place.json(['db', 'status'])))
  })

  test('db migrate and optimize', async () => {
    for (const { place } of [sqlite, postgres]) {
      expect(await place.json(['db', 'migrate'])).toMatchObject({ applied: [] })
      expect(await place.json(['db', 'optimize'])).toMatchObject({
        freed_bytes: expect.any(Number) as number,
      })
    }
  })

  test('a backup of either is restored into the other', async () => {
    for (const [from, to] of [
      [postgres, sqlite],
      [sqlite, postgres],
    ] as const) {
      const id = await from.place.create(['--name', `made on ${from.database.location.engine}`])
      const file = from.place.path('moved.db')
      await from.place.json(['backup', 'create', file])
      await to.place.json(['restore', file, '--yes'])
      const there = await from.place.json(['job', 'status', id])
      expect(await to.place.json(['job', 'status', id])).toEqual(there)
      expect(await to.place.json(['db', 'check'])).toMatchObject({ sound: true })
    }
  })
})

test('64 processes at once lose nothing', async () => {
  const place = openWorkplace()
  try {
    // The very first of them make the database.
    const ids = await Promise.all(Array.from({ length: 32 }, () => place.create(['-q'])))
    expect(new Set(ids).size).toBe(32)
    const marks = ids.flatMap((id) => [
      place.pvt(['stage', 'start', 'gen', '-j', id]),
      place.pvt(['job', 'note', ids[0]!, `note of ${id}`]),
    ])
    for (const answer of await Promise.all(marks))
      expect(answer, answer.stderr).toMatchObject({ code: 0, stderr: '' })
    const jobs = await place.json<{ job_id: string; status: string }[]>(['history'])
    expect(jobs.map(({ job_id }) => job_id).sort()).toEqual([...ids].sort())
    expect(new Set(jobs.map(({ status }) => status))).toEqual(new Set(['running']))
    const log = await place.json<{ message: string }[]>(['job', 'log', ids[0]!])
    const notes = log.map(({ message }) => message).filter((message) => message.startsWith('note of'))
    expect(notes.sort()).toEqual(ids.map((id) => `note of ${id}`).sort())
    expect(await place.json(['db', 'check'])).toMatchObject({ sound: true })
  } finally {
    place.remove()
  }
})
