import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { type Domain, makeDomain } from '../fixtures/flow.ts'
import { csvLines, expectFailure, instant, openWorkplace, type Workplace } from './run-pvt.ts'

let place: Workplace
let domain: Domain
let whole: Domain
let job: string
const failing = 'TT/typical/m40/v1min_v2min'
const missing = 'FFG_SSG/typical/125/v1nom_v2nom'

beforeAll(async () => {
  place = openWorkplace()
  domain = makeDomain(place.path('domain'), {
    failedPoints: [missing],
    failedMeasurements: [{ point: failing, name: 'del_ff', text: 'failed' }],
  })
  whole = makeDomain(place.path('whole'))
  for (const { folder } of [domain, whole]) await place.create(['-d', folder])
  for (const { folder } of [domain, whole]) {
    expect((await place.pvt(['results', 'import'], { cwd: folder })).code).toBe(0)
  }
  job = (await place.json<{ job_id: string }[]>(['history', '--domain', domain.folder]))[0]!.job_id
})

afterAll(() => {
  place.remove()
})

interface Row extends Record<string, unknown> {
  measurement: string
  verdict: string
}

let files = 0

/** Writes a limits file. */
function limits(...lines: string[]): string {
  const path = place.path(`limits-${(files += 1)}.csv`)
  writeFileSync(path, ['measurement,min,typ,max,unit,point,near', ...lines, ''].join('\n'))
  return path
}

const check = (made: Domain, file: string, code: number, ...words: string[]): Promise<Row[]> =>
  place.json<Row[]>(['results', 'check', '--limits', file, ...words], { cwd: made.folder, code })

const valuesOf = (made: Domain, name: string): { point: string; value: number | null }[] =>
  made.points
    .map(pointName)
    .filter((point) => made.truth.has(point))
    .map((point) => ({ point, value: made.truth.get(point)![name]! }))

describe('results check', () => {
  test('a row per limit: the keys of the contract first, the numbers those of the files', async () => {
    const values = valuesOf(whole, 'del_rr')
    const worst = values.reduce((most, one) => (one.value! > most.value! ? one : most))
    const max = worst.value! * 0.9
    const [row] = await check(whole, limits(`del_rr,,,${max},,,`), 7)
    expect(Object.keys(row!).slice(0, 11)).toEqual([
      ...['measurement', 'min', 'max', 'worst', 'worst_point', 'margin', 'margin_percent', 'failing'],
      ...['count', 'expected', 'verdict'],
    ])
    expect(row).toMatchObject({
      ...{ measurement: 'del_rr', min: null, max, worst: worst.value, worst_point: worst.point },
      ...{ margin: max - worst.value!, margin_percent: ((max - worst.value!) / max) * 100 },
      failing: values.filter(({ value }) => value! > max).length,
      ...{ count: 92, expected: 92, verdict: 'fail', limits_version: null, waivers: [] },
    })
  })

  test.each([
    ['pass', 'del_rr,,,1,s,,', 0],
    ['near', 'del_rr,,,1,s,,100', 0],
    ['fail', 'del_rr,,,1,ps,,', 7],
    ['fail', 'del_rr,1,,,s,,', 7],
    ['incomplete', 'nothing_of_that_name,,,1,,,', 7],
    ['incomplete', 'del_rr,,,1,,XX*,', 7],
    ['pass', 'del_rr,0,,,,,', 0],
    ['fail', 'ioh_pad,0,,,,,', 7],
    ['pass', 'ioh_pad,,,0,,,', 0],
  ])('%s: %s is exit code %i', async (verdict, line, code) => {
    expect(await check(whole, limits(line), code)).toMatchObject([{ verdict }])
  })

  test('a missing point and a failed value are incomplete, however good the rest', async () => {
    const rows = await check(domain, limits('del_rr,,,1,,,', 'del_ff,,,1,,,', 'del_ff,,,1,,SSG/*,'), 7)
    expect(rows).toMatchObject([
      { verdict: 'incomplete', count: 91, expected: 92, missing: 1 },
      { verdict: 'incomplete', count: 90, expected: 92, missing: 2 },
      { verdict: 'pass', count: 10, expected: 10, point: 'SSG/*' },
    ])
  })

  test('the filters choose limits and points; a limit none of whose points is chosen is left out', async () => {
    const file = limits('del_rr,,,1,,,', 'del_ff,,,1,,,', 'del_rr,,,1e-15,,TT*,')
    expect(await check(domain, file, 0, '--corner', 'SSG')).toMatchObject([{ count: 10 }, { count: 10 }])
    expect(await check(domain, file, 7, '--measure', '*_rr', '--corner', 'TT')).toMatchObject([
      { measurement: 'del_rr', count: 12, verdict: 'pass' },
      { measurement: 'del_rr', count: 12, verdict: 'fail' },
    ])
    for (const words of [
      ['--measure', 'nope'],
      ['--corner', 'XX'],
    ]) {
      const run = await place.pvt(['results', 'check', '--limits', file, ...words], { cwd: domain.folder })
      expectFailure(run, 2, /no limit is about what the filters choose/)
    }
  })

  test('a limit for points that the job does not have is incomplete, and said', async () => {
    const file = limits('del_rr,,,1,s,*/-40/*,', 'del_ff,,,1,s,*/-40/*,', 'del_rr,,,1,s,*/m40/*,')
    const answer = await place.pvt(['results', 'check', '--limits', file], { cwd: whole.folder })
    expect(answer.stderr).toContain('pvt: warning: no PVT point matches */-40/*: the limit is incomplete\n')
    expect(answer.code).toBe(7)
  })

  test('ten thousand limits are no burden', async () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => `m${index},,,1,,,`)
    const answer = await check(whole, limits('del_rr,,,-1,s,,', ...rows), 7)
    expect(answer).toHaveLength(10_001)
    const history = await place.pvt(['results', 'check', '--history'], { cwd: whole.folder })
    expect(history.stdout).toMatch(/m6 incomplete and 9993 more$/m)
  })

  test('a row of a sweep counts each', async () => {
    const swept = makeDomain(place.path('swept'), { alterSweep: [0.1, 0.2, 0.3] })
    await place.create(['-d', swept.folder])
    await place.pvt(['results', 'import'], { cwd: swept.folder })
    const [row] = await check(swept, limits('del_rr,,,1,,,'), 0)
    expect(row).toMatchObject({ count: 276, expected: 276, verdict: 'pass' })
  })

  test('on the terminal: one unit a row, a sign behind the worst value, the verdict below', async () => {
    const file = limits('del_rr,,,31,ps,,', 'voh_pad,,,9,V,,')
    const { stdout, stderr, code } = await place.pvt(['results', 'check', '--limits', file], {
      cwd: whole.folder,
    })
    expect(code).toBe(7)
    expect(stdout).toMatch(/^MEASUREMENT +VERDICT +MIN +MAX +WORST +UNIT +AT /)
    expect(stdout).toMatch(/^del_rr +fail +- +31\.00 +\d\d\.\d\d ! +ps +\S+ +-\d+\.\d\d +-/m)
    expect(stdout).toMatch(/^voh_pad +pass +- +9\.000 +\d\.\d\d\d +V /m)
    expect(stdout).toContain(`\nfail: 1 fail, 1 pass of 2 limits (${file})\n`)
    expect(stderr).toContain('pvt: without a limit: del_ff, ')
  })

  test('CSV has the keys of the JSON', async () => {
    const file = limits('del_rr,,,1,s,,')
    const [row] = await check(whole, file, 0)
    const { stdout } = await place.pvt(['results', 'check', '--limits', file, '-f', 'csv'], {
      cwd: whole.folder,
    })
    expect(csvLines(stdout)[0]).toEqual(Object.keys(row!))
  })

  test.each([
    ['measurement,max,colour\n', /limits\.csv:1:17: unknown column 'colour'/],
    ['measurement,max\nv,1\nw,x\n', /limits\.csv:3:3: max: expected a number, found 'x'/],
    ['measurement,max,unit\nv,1,parsec\n', /limits\.csv:2:5: unit: 'parsec' is not known/],
    ['measurement,min,max\nv,2,1\nw,3,1\n', /limits\.csv:2:3: min is above max \(1\); .*limits\.csv:3:3:/],
    ['measurement,max\n', /limits\.csv:1:1: there is no limit/],
  ])('a bad file %j names line and column', async (text, message) => {
    writeFileSync(place.path('limits.csv'), text)
    const words = ['--limits', place.path('limits.csv')]
    expectFailure(await place.pvt(['results', 'check', ...words], { cwd: whole.folder }), 6, message)
    expectFailure(await place.pvt(['limits', 'set', words[1]!], { cwd: whole.folder }), 6, message)
  })

  test('a file that is not there, and a domain without limits, are exit code 3', async () => {
    const at = { cwd: whole.folder }
    expectFailure(await place.pvt(['results', 'check', '--limits', 'none.csv'], at), 3, /there is no /)
    expectFailure(await place.pvt(['results', 'check'], at), 3, /has no limits: .*pvt limits set/)
  })
})

describe('limits kept with the work', () => {
  const inDomain = {
    get cwd() {
      return domain.folder
    },
  }

  test('check takes the newest version; the verdict stays with the job, with version, time and user', async () => {
    const first = limits('del_rr,,,1,s,SS*,')
    expect(await place.json(['limits', 'set', first], inDomain)).toMatchObject({
      ...{ version: 1, is_new: true, domain_path: domain.folder, limit_count: 1 },
    })
    expect(await place.json(['limits', 'set', first], inDomain)).toMatchObject({ version: 1, is_new: false })
    expect(await place.json(['results', 'check'], inDomain)).toMatchObject([
      { verdict: 'pass', limits_version: 1 },
    ])
    await place.pvt(['limits', 'set', '--domain', 'domain', limits('del_rr,,,1,ps,,')])
    await place.json(['results', 'check'], { ...inDomain, cwd: domain.folder, code: 7 })
    await place.json(['results', 'check'], { cwd: domain.folder, code: 7 })
    const kept = await place.json<Row[]>(['results', 'check', '--history'], inDomain)
    expect(kept.slice(0, 2)).toMatchObject([
      {
        verdict: 'fail',
        limits_version: 2,
        verdict_number: kept.length,
        checked_by: 'ada',
        limits_checked: 1,
      },
      { verdict: 'pass', limits_version: 1, verdict_number: kept.length - 1, findings: [] },
    ])
    expect(kept[0]!.findings).toMatchObject([
      { measurement: 'del_rr', verdict: 'fail', failing: 91, missing: 1 },
    ])
    expect(kept[0]!.checked_at).toMatch(instant)
    const [listed] = await place.json<Row[]>(['history', '--domain', domain.folder])
    expect(listed).toMatchObject({ job_id: job, verdict: 'fail' })
    expect(await place.json(['job', 'status', job])).toMatchObject({ verdict: 'fail' })
    expect((await place.pvt(['history', '--domain', domain.folder])).stdout).toMatch(/VERDICT[^]* fail /)
  })

  test('a part of a job is no verdict on it', async () => {
    const before = await place.json(['results', 'check', '--history'], inDomain)
    await place.pvt(['results', 'check', '--corner', 'TT'], inDomain)
    expect(await place.json(['results', 'check', '--history'], inDomain)).toEqual(before)
  })

  test('limits show: in base units, its CSV a limits file again; --original the text', async () => {
    const file = limits('del_rr,25,31,48,ps,"{TT,SS*}/*",2.5%', 'voh_pad,0,,,,,')
    await place.pvt(['limits', 'set', file], inDomain)
    const shown = await place.json<Row[]>(['limits', 'show'], inDomain)
    expect(shown).toMatchObject([
      {
        measurement: 'del_rr',
        min: 25e-12,
        typ: 31e-12,
        max: 48e-12,
        unit: 's',
        near: 2.5,
        point: '{TT,SS*}/*',
      },
      { measurement: 'voh_pad', min: 0, max: null, unit: null, near: 5 },
    ])
    const { stdout } = await place.pvt(['limits', 'show', '-f', 'csv'], inDomain)
    writeFileSync(place.path('again.csv'), stdout)
    await place.pvt(['limits', 'set', place.path('again.csv')], inDomain)
    expect(await place.json(['limits', 'show'], inDomain)).toEqual(shown)
    const original = await place.pvt(['limits', 'show', '3', '--original'], inDomain)
    expect(original.stdout).toBe(readFileSync(file, 'utf8'))
    expectFailure(await place.pvt(['limits', 'show', '99'], inDomain), 3, /has no limits of version 99/)
    const versions = await place.json<Row[]>(['limits', 'list', '--domain', 'domain'])
    expect(versions.map(({ version }) => version)).toEqual([4, 3, 2, 1])
  })

  test('a domain is a folder or the name of one', async () => {
    const file = limits('v,,,1,,,')
    const set = (...words: string[]) => place.pvt(['limits', 'set', file, ...words])
    expectFailure(await set(), 2, /no domain was named/)
    expectFailure(await set('--domain', 'nowhere'), 3, /there is no domain nowhere/)
    expectFailure(await set('--domain', '/no/where'), 3, /there is no domain/)
    expectFailure(await set('--domain', ''), 2, /--domain is empty/)
    expect((await set('--domain', place.path('home'))).stdout).toContain(
      `${place.path('home')} limits version 1`,
    )
  })
})

describe('waivers', () => {
  const inWhole = {
    get cwd() {
      return whole.folder
    },
  }
  const until = ['--until', '2999-12-31']
  const waive = (...words: string[]) => place.json<Row>(['limits', 'waive', ...words], inWhole)

  test('a waived violation is shown with its reason, and neither a pass nor a failure', async () => {
    await place.pvt(['limits', 'set', limits('del_rr,,,1,ps,SSG/*,', 'del_ff,,,1,s,,')], inWhole)
    const made = await waive('del_rr', '--point', 'SSG/*/m40/*', '--reason', 'next netlist', ...until)
    expect(await place.json(['results', 'check'], { cwd: whole.folder, code: 7 })).toMatchObject([
      { verdict: 'fail', failing: 10, waived: 5 },
      { verdict: 'pass' },
    ])
    await waive('del_rr', '--reason', 'known', ...until)
    const rows = await place.json<Row[]>(['results', 'check'], inWhole)
    expect(rows).toMatchObject([{ verdict: 'waived', failing: 10, waived: 10 }, { verdict: 'pass' }])
    expect(rows[0]!.waivers).toMatchObject([
      { reason: 'next netlist', point: 'SSG/*/m40/*' },
      { reason: 'known', waived_by: 'ada' },
    ])
    const again = limits('del_rr,,,1,ps,SSG/*,', 'del_rr,1,,,s,,', 'del_ff,,,1,s,,')
    const twice = (await place.pvt(['results', 'check', '--limits', again], inWhole)).stdout
    expect(twice.match(/next netlist/g), 'once, though two limits need it').toHaveLength(1)
    const { stdout } = await place.pvt(['results', 'check'], inWhole)
    expect(stdout).toMatch(/^\w{8} +del_rr +SSG\/\*\/m40\/\* +2999-12-31 23:59:59 +ada +next netlist$/m)
    expect(stdout).toContain('\nwaived: 1 waived, 1 pass of 2 limits (version 1)\n')
    expect(await place.json(['limits', 'waivers', '--domain', whole.folder])).toMatchObject([
      { reason: 'next netlist', in_force: true, until: '2999-12-31T23:59:59.999Z' },
      { reason: 'known' },
    ])
    for (const { waiver_id } of await place.json<Row[]>(['limits', 'waivers'])) {
      expect((await place.pvt(['limits', 'unwaive', String(waiver_id)])).code).toBe(0)
    }
    expectFailure(await place.pvt(['limits', 'unwaive', String(made.waiver_id)]), 3, /there is no waiver/)
    await place.json(['results', 'check'], { cwd: whole.folder, code: 7 })
  })

  test('one line says what was changed, whatever the names', async () => {
    const made = await place.pvt(['limits', 'waive', 'a\nb\u001b[31m', '--reason', 'r', ...until], inWhole)
    expect(made.stdout).toMatch(/^\w{8} waived a\\nb\\x1b\[31m until 2999-12-31\n$/)
    await place.pvt(['limits', 'unwaive', made.stdout.slice(0, 8)])
  })

  test('counts to the end of its last day, where it was made', async () => {
    const env = { TZ: 'Asia/Tokyo' }
    const words = ['limits', 'waive', 'x', '--reason', 'r', '--until', '2999-12-31']
    expect(await place.json(words, { cwd: whole.folder, env })).toMatchObject({
      until: '2999-12-31T14:59:59.999Z',
    })
  })

  test.each([
    [['--reason', 'r'], /--until/],
    [['--until', '2999-01-01'], /--reason/],
    [['--reason', ' ', ...until], /--reason is empty/],
    [['--reason', 'r', '--until', '2020-01-01'], /this is over/],
    [['--reason', 'r', '--until', '2999-02-30'], /--until 2999-02-30: there is no such time: for example/],
    [['--reason', 'r', '--until', '7d'], /not a day/],
    [['--reason', 'r', '--point', '', ...until], /--point is empty/],
  ])('%j is wrong usage', async (words, message) => {
    expectFailure(await place.pvt(['limits', 'waive', 'del_rr', ...words], inWhole), 2, message)
  })
})
