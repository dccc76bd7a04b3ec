import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorkplace, type Workplace } from './run-pvt.ts'

/** Third-party files, never copied into the project: a folder with `backups/`. */
const realData = process.env.PVT_REAL_DATA ?? ''

if (realData === '') test('the real backups were skipped: PVT_REAL_DATA is not set', () => {})

/** What a creport.txt says, read without anything of the program: values by point and name, as their text. */
function readCreport(path: string): Map<string, Map<string, string>> {
  const lines = readFileSync(path, 'utf8').split('\n')
  const start = lines.findIndex((line) => line.startsWith('process\t'))
  const names = lines[start]!.split('\t').filter((name) => name !== '')
  const supplies = names.filter((name) => /^v\d$/.test(name))
  const rows = lines.slice(start + 1).filter((line) => line !== '')
  return new Map(
    rows.map((line) => {
      const fields = line.split('\t')
      const voltages = supplies.map((name, index) => name + fields[3 + index]!)
      const point = [fields[0], fields[1], fields[2]!.replace('-', 'm'), voltages.join('_')].join('/')
      const values = names
        .map((name, index): [string, string] => [name, fields[index]!])
        .slice(3 + supplies.length)
        .filter(([name]) => name !== 'temper' && name !== 'alter#')
      return [point, new Map(values)]
    }),
  )
}

interface Row {
  point: string
  measurements: Record<string, number>
  failed: Record<string, string>
  status: string
}

describe.skipIf(realData === '').each([
  { backup: 'gpio-1p1v/00bkp_202506161234', points: 92, measurements: 9, withoutEffect: 0 },
  // Its first supply is 'vc', no rail: at all 7 corners and both temperatures the voltages make no difference.
  { backup: 'prelay/00bkp_202508191107', points: 44, measurements: 2, withoutEffect: 14 },
])('the real backup $backup', ({ backup, points, measurements, withoutEffect }) => {
  let place: Workplace
  const folder = join(realData, 'backups', backup)
  const report = (file: string): string => join(folder, 'report', file)

  beforeAll(() => {
    place = openWorkplace()
  })

  afterAll(() => {
    place.remove()
  })

  test('is there, and imports completely, and a second time without a change', async () => {
    expect(existsSync(folder)).toBe(true)
    const first = await place.json(['results', 'import', '-q', '--new', folder])
    expect(first).toMatchObject({
      ...{ points, results_new: points, results_updated: 0, measurements: points * measurements },
      ...{ failed_measurements: 0, missing_points: 0, disagreements: [] },
    })
    expect(first.problems).toEqual(
      Array(withoutEffect).fill({
        ...{ file: folder, line: null, level: 'warning' },
        message: expect.stringMatching(
          /^[A-Z]+\/typical\/(m40|125): all 3 voltages .* in all 2 measurements: the sweep has no effect$/,
        ) as string,
      }),
    )
    expect(await place.json(['results', 'import', '-q', '--new', folder])).toMatchObject({
      ...{ job_id: first.job_id, results_new: 0, results_unchanged: points },
    })
    expect(await place.json(['job', 'status', String(first.job_id)])).toMatchObject({
      ...{
        status: 'completed',
        total_simulations: points,
        successful_simulations: points,
        failed_simulations: 0,
      },
    })
    place.env.PVT_JOB = String(first.job_id)
  })

  test('gives every value as the number that its text is, each point once, in the order of the file', async () => {
    const expected = readCreport(report('creport.txt'))
    expect(expected.size).toBe(points)
    const rows = await place.json<Row[]>(['results', 'show'])
    expect(rows.map(({ point }) => point)).toEqual([...expected.keys()])
    for (const { point, measurements, failed, status } of rows) {
      const texts = expected.get(point)!
      expect(measurements).toEqual(Object.fromEntries([...texts].map(([name, text]) => [name, Number(text)])))
      expect({ failed, status }).toEqual({ failed: {}, status: 'ok' })
    }
    expect(await place.json(['results', 'missing'])).toEqual([])
  })

  test('its CSV has the same numbers to the last digit', async () => {
    const expected = readCreport(report('creport.txt'))
    const [header, ...lines] = (await place.pvt(['results', 'export'])).stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','))
    for (const line of lines) {
      for (const [name, text] of expected.get(line[0]!)!) {
        expect(Number(line[header!.indexOf(name)])).toBe(Number(text))
      }
    }
    expect(lines).toHaveLength(points)
  })

  test('a summary has the extremes of the file', async () => {
    const expected = [...readCreport(report('creport.txt'))]
    const rows = await place.json<Record<string, unknown>[]>(['results', 'summary'])
    expect(rows).toHaveLength(measurements)
    for (const row of rows) {
      const values = expected.map(([, texts]) => Number(texts.get(String(row.measurement))))
      expect(row).toMatchObject({ count: points, expected: points, failed: 0 })
      expect([row.min, row.max]).toEqual([Math.min(...values), Math.max(...values)])
    }
  })

  test('check finds the worst value of the file, and what is just inside or outside', async () => {
    const expected = [...readCreport(report('creport.txt'))]
    const names = [...expected[0]![1].keys()]
    const worst = names.map((name) => Math.max(...expected.map(([, texts]) => Number(texts.get(name)))))
    const check = async (limitOf: (value: number) => number, code: number): Promise<unknown[]> => {
      const lines = names.map((name, index) => `${name},${limitOf(worst[index]!)},0`)
      writeFileSync(place.path('limits.csv'), `measurement,max,near\n${lines.join('\n')}\n`)
      return place.json(['results', 'check', '--limits', place.path('limits.csv')], { code })
    }
    const shared = names.map((measurement, index) => ({ measurement, worst: worst[index], count: points }))
    const inside = shared.map((row) => ({ ...row, margin: 0, failing: 0, verdict: 'pass' }))
    expect(await check((value) => value, 0)).toMatchObject(inside)
    const outside = shared.map((row) => ({ ...row, verdict: 'fail' }))
    expect(await check((value) => value - Math.abs(value) * 1e-9, 7)).toMatchObject(outside)
    const same = ['results', 'compare', place.env.PVT_JOB!, place.env.PVT_JOB!]
    expect(await place.json<unknown[]>(same)).toHaveLength(points * measurements)
  })

  test('inspect finds the same', async () => {
    const reports = readdirSync(join(folder, 'report')).filter((name) => name.startsWith('report_'))
    expect(await place.json(['inspect', folder])).toMatchObject({
      ...{
        kind: 'backup folder',
        reports: reports.length,
        points,
        rows: points,
        problems: [],
        disagreements: [],
      },
    })
  })
})
