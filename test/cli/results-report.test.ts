import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parquetReadObjects } from 'hyparquet'
import { type Domain, makeBackup, makeDomain } from '../fixtures/flow.ts'
import { expectFailure, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
let domain: Domain
let job: string
let base: string
let limits: string
const missing = 'SSG/typical/m40/v1min_v2min'
const failing = 'TT/typical/m40/v1min_v2min'
const hostile = '<script>alert(1)</script>'

beforeAll(async () => {
  place = openWorkplace()
  domain = makeDomain(place.path('domain'), {
    measurements: ['del_rr', 'power', hostile],
    failedPoints: [missing],
    failedMeasurements: [{ point: failing, name: 'power', text: '"><img src=x>' }],
  })
  const { backupPath } = makeBackup(domain.folder, {
    ...{ stamp: '202601010000', seed: 7, measurements: domain.measurements },
  })
  expect((await place.pvt(['results', 'import', backupPath, '--new'])).code).toBe(0)
  base = (await place.json<{ job_id: string }[]>(['history']))[0]!.job_id
  job = await place.create(['-d', domain.folder, '--name', `a "${hostile}" \u202ejob`])
  await place.pvt(['results', 'import', domain.backupPath, '-j', job])
  place.env.PVT_JOB = job
  limits = place.path('limits.csv')
  writeFileSync(limits, 'measurement,min,max,unit,point\ndel_rr,,1,ps,\npower,0,1,W,FFG/*\n')
})

afterAll(() => {
  place.remove()
})

const report = async (...words: string[]): Promise<string> => {
  const run = await place.pvt(['results', 'report', ...words])
  expect(run).toMatchObject({ code: 0, stderr: '' })
  // Where a name may be broken is no part of it.
  return run.stdout.replaceAll('<wbr>', '')
}

const verdictOf = (page: string): string =>
  /<p class="verdict[^>]*>([^]*?)<\/p>/
    .exec(page)![1]!
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim()

test('goes to stdout in a pipe, and says what is wrong in its first sentence', async () => {
  const page = await report()
  expect(page).toMatch(/^<!doctype html>/)
  expect(page.trimEnd().endsWith('</html>')).toBe(true)
  expect(verdictOf(page)).toBe(
    '✗ incomplete 1 of 92 PVT points is missing, 1 value failed. No limits were given, so no value was judged.',
  )
  expect(page).toContain(missing)
})

test('with limits the verdict is theirs', async () => {
  const page = await report('--limits', limits)
  expect(verdictOf(page)).toMatch(
    /^✗ fail 1 of 2 limits fails: del_rr\. 1 near: power\. 1 of 92 PVT points is missing/,
  )
  expect(page).toContain('id="limits"')
})

test('the kept limits of the domain count without being named, and so do waivers, with reason and date', async () => {
  const other = openWorkplace()
  try {
    const { folder } = makeDomain(other.path('domain'), { measurements: ['del_rr', 'power'] })
    other.env.PVT_JOB = await other.create(['-d', folder])
    await other.pvt(['results', 'import'])
    await other.pvt(['limits', 'set', limits])
    const reason = ['--reason', 'old <b>model</b>', '--until', '2090-01-31']
    const waived = await other.pvt(['limits', 'waive', 'del_rr', ...reason])
    expect(waived.code, waived.stderr).toBe(0)
    const page = (await other.pvt(['results', 'report'])).stdout
    expect(page).toContain('version 1 of the domain')
    expect(page).toContain('old &lt;b&gt;model&lt;/b&gt;')
    expect(page).toContain('2090-01-31')
    expect(verdictOf(page)).toMatch(/^~ waived All 2 limits hold or are waived\. 1 waived: del_rr\./)
  } finally {
    other.remove()
  }
})

test('text of users is text', async () => {
  const page = await report('--limits', limits, '--compare', base)
  expect(page.match(/<script/g)).toHaveLength(1)
  expect(page).not.toContain('<img')
  expect(page).not.toContain('\u202e')
  expect(page).toContain('a &quot;&lt;script&gt;alert(1)&lt;/script&gt;&quot; \\u202ejob')
  // Characters beyond ASCII come out as they were written.
  expect(page).not.toMatch(/[ÂÃ]/)
})

test('the comparison says what moved and what is missing now', async () => {
  const page = await report('--compare', base)
  expect(page).toContain('id="comparison"')
  expect(page).toMatch(
    /276 of 276 values differ; the worst point moved for \d of 3 measurements\. The 200 largest/,
  )
})

test('a part of a job says so', async () => {
  const page = await report('--corner', 'FF*', '--measure', 'power', '--limits', limits)
  expect(page).toContain(
    'Only a part of the job: --corner FF* --measure power; 1 limit left out with the rest.',
  )
  expect(page).not.toMatch(/[> ]SSG\//)
  expect(verdictOf(page)).toMatch(/^~ near The one limit holds\. 1 near: power\.$/)
})

test('a job without results or configuration has a page that says so', async () => {
  mkdirSync(place.path('empty'))
  const id = await place.create(['-d', place.path('empty')])
  const page = await report('-j', id)
  expect(verdictOf(page)).toMatch(/^✗ incomplete There is no result yet\./)
  expect(page).toContain('The job has not ended: it is queued.')
})

test('of thousands of limits it lists the worst ones, and stays below 1 MB', async () => {
  const file = place.path('many-limits.csv')
  const globs = Array.from({ length: 3000 }, (_, index) => `del_rr,,1,s,"{TT/*,${index}}"`)
  writeFileSync(file, ['measurement,min,max,unit,point', ...globs, 'power,1,,MW,', ''].join('\n'))
  const page = await report('--limits', file)
  expect(Buffer.byteLength(page)).toBeLessThan(1_000_000)
  expect(page).toContain('The 500 worst of 3001; all of them with: pvt results check.')
  const [, table] = /Limits with the worst value([^]*?)<\/table>/.exec(page)!
  expect(table!.indexOf('power')).toBeLessThan(table!.indexOf('del_rr'))
  expect(page).toContain('2988 more above')
})

test('with nearly 100 measurements and 488 points it stays below 1 MB: the worst maps, and what is left out', async () => {
  const other = openWorkplace()
  try {
    const measurements = Array.from({ length: 98 }, (_, index) => `m${index}`)
    const { folder, backupPath } = makeDomain(other.path('domain'), {
      measurements,
      config: { mode: 'polo', '3rd_supply_swp': 'vccn_vcctx', postlay_cross_cornerlist: 'full' },
    })
    other.env.PVT_JOB = await other.create(['-d', folder])
    await other.pvt(['results', 'import', backupPath])
    const file = other.path('limits.csv')
    const rows = measurements.map((name) => `${name},${name === 'm77' ? '-1e9' : '1e9'}`)
    writeFileSync(file, ['measurement,max', ...rows, ''].join('\n'))
    const page = (await other.pvt(['results', 'report', '--limits', file])).stdout
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000)
    const maps = [...page.matchAll(/<section class="map">\s*<h3>(\w+)/g)].map(([, name]) => name!)
    expect(maps[0]).toBe('m77')
    expect(maps).toHaveLength(19)
    const [, left] = /The 19 worst of 98 measurements[^<]*: (m[^<]*)\.</.exec(page)!
    expect(left!.split(', ')).toEqual(measurements.filter((name) => !maps.includes(name)))
    expect(page).toMatch(/The first \d+ rows; all of them with: pvt results export\./)
  } finally {
    other.remove()
  }
})

describe('-o', () => {
  test('writes the file whole, says so in a line with the verdict, and leaves nothing else', async () => {
    mkdirSync(place.path('out'))
    const file = place.path('out', 'a.html')
    const run = await place.pvt(['results', 'report', '-o', file])
    expect(run.stdout).toMatch(
      new RegExp(`^${job.slice(0, 8)} report written to ${file} \\(\\d+\\.\\d kB\\); incomplete: 1 of 92`),
    )
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[^]*<\/html>\s*$/)
    symlinkSync(file, place.path('out', 'link.html'))
    await place.pvt(['results', 'report', '-o', place.path('out', 'link.html')])
    expect(readdirSync(place.path('out')).sort()).toEqual(['a.html', 'link.html'])
  })

  test('with --json the answer is about the file, which has a name of its own', async () => {
    const answer = await place.json(['results', 'report'])
    const path = place.path('work', `pvt-report-${job.slice(0, 8)}.html`)
    expect(answer).toMatchObject({ job_id: job, path, bytes: statSync(path).size, verdict: 'incomplete' })
    expectFailure(
      await place.pvt(['results', 'report', '-o', '-', '-f', 'csv']),
      2,
      /cannot both go to stdout/,
    )
  })

  test.each([
    [['-o', '/nonexistent/x.html'], 1, /\/nonexistent\/x\.html cannot be written \(ENOENT\)/],
    [['-o', '/'], 1, /cannot be written \(EISDIR\)/],
    [['-o', ''], 2, /--output <file\.html> is empty/],
    [['--limits', '/nonexistent.csv'], 3, /nonexistent/],
    [['--compare', '00000000'], 3, /no job/],
  ])('%j is one clear line', async (words, code, message) => {
    expectFailure(await place.pvt(['results', 'report', ...words]), code, message)
  })
})

describe('export to Parquet', () => {
  test('has what the JSON has, failed values as null with their text', async () => {
    const file = place.path('r.parquet')
    expect((await place.pvt(['results', 'export', '-o', file])).code).toBe(0)
    const bytes = readFileSync(file)
    const rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
    })
    const shown = await place.json<Record<string, unknown>[]>(['results', 'show'])
    expect(rows).toEqual(
      shown.map(({ measurements, failed, ...row }) => {
        const texts = Object.keys(failed as object).length === 0 ? null : JSON.stringify(failed)
        const { sweep, ...own } = row
        expect(sweep).toEqual({})
        return { ...own, ...(measurements as object), failed: texts }
      }),
    )
    expect(rows.filter(({ power }) => power === null).map(({ point }) => point as string)).toEqual([failing])
  })

  test('without rows is a file with its columns', async () => {
    const file = place.path('none.bin')
    await place.pvt(['results', 'export', '--corner', 'XX', '--type', 'parquet', '-o', file])
    const bytes = readFileSync(file)
    const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    expect(await parquetReadObjects({ file: whole })).toEqual([])
  })

  test('--type and -f come before the ending, and stdout is refused', async () => {
    const file = place.path('text.parquet')
    await place.pvt(['results', 'export', '--type', 'csv', '-o', file])
    expect(readFileSync(file, 'utf8')).toMatch(/^point,/)
    await place.pvt(['results', 'export', '-f', 'json', '-o', file])
    expect(readFileSync(file, 'utf8')).toMatch(/^\[/)
    expectFailure(await place.pvt(['results', 'export', '--type', 'parquet']), 2, /cannot go to stdout/)
    expectFailure(await place.pvt(['results', 'export', '--type', 'xls']), 2, /Allowed choices are csv/)
  })
})
