import { chmodSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { findFiles } from '../../src/import/find-files.ts'
import { problemText, readFound } from '../../src/import/import-results.ts'
import { readSources } from '../../src/import/read-sources.ts'
import { makeLiveTree } from '../fixtures/live-tree.ts'
import { failure } from '../support/failure.ts'
import { config, folder } from './found-files.ts'
import { make, point, pointsOf, read } from './found-sources.ts'

test('a good backup: every file with its digest, every attempted point, every row twice, no problem', () => {
  const domain = make({ failedPoints: [point] })
  const sources = read(domain.backupPath)
  expect(sources.problems).toEqual([])
  expect(sources.files.map(({ path }) => path).sort()).toEqual(
    [domain.creportPath, ...domain.reportPaths.values()].sort(),
  )
  for (const { path, size, sha256 } of sources.files) {
    expect([size, sha256]).toEqual([readFileSync(path).length, expect.stringMatching(/^[0-9a-f]{64}$/)])
  }
  expect(sources.attempted.map(pointName).sort()).toEqual(domain.points.map(pointName).sort())
  expect(pointsOf(sources, 'report').sort()).toEqual([...domain.truth.keys()].sort())
  expect(pointsOf(sources, 'creport')).toEqual([...domain.truth.keys()])
  for (const row of sources.rows) expect(row.measurements).toEqual(domain.truth.get(pointName(row.point)))
})

test('a live tree: the rows name their files, netlists and lines', () => {
  const tree = makeLiveTree(folder, { config, alterSweep: [1, 2] })
  const { rows, problems, attempted } = read(folder)
  expect(problems).toEqual([])
  expect(attempted).toHaveLength(32)
  const [first, second] = tree.measurePaths.get(point) as [string, string]
  const netlist = join(dirname(first), 'sim_tx.sp')
  expect(rows.filter((row) => pointName(row.point) === point)).toMatchObject([
    { source: 'measure', file: first, netlist, alter_number: 1 },
    { source: 'measure', file: second, netlist, alter_number: 2 },
  ])
})

describe('a file that cannot be read is named, and the others are read', () => {
  const garbage = Buffer.from([0, 1, 2, 3])
  test.each<[string, (path: string) => void, RegExp]>([
    [
      'is empty',
      (path) => {
        writeFileSync(path, '')
      },
      /the file is empty/,
    ],
    [
      'is binary',
      (path) => {
        writeFileSync(path, garbage)
      },
      /NUL at byte 1/,
    ],
    [
      'ends in its line of names',
      (path) => {
        writeFileSync(path, 'del_rr\tdel_')
      },
      /line of names/,
    ],
    [
      'has a row that is cut',
      (path) => {
        writeFileSync(path, readFileSync(path, 'utf8').slice(0, -120))
      },
      /cut short/,
    ],
    [
      'has a title with a blank',
      (path) => {
        writeFileSync(path, readFileSync(path, 'utf8').replace(/\t/, ' '))
      },
      /shifts the columns/,
    ],
    [
      'is too large',
      (path) => {
        truncateSync(path, 1024 ** 4)
      },
      /bytes$/,
    ],
  ])('a report that %s', (_, damage, message) => {
    const domain = make()
    const path = domain.reportPaths.get(point)!
    damage(path)
    const sources = read(domain.backupPath)
    expect(sources.problems).toMatchObject([{ file: path, level: 'error' }])
    expect(sources.problems[0]!.message).toMatch(message)
    expect(pointsOf(sources, 'report')).toHaveLength(15)
    expect(pointsOf(sources, 'creport')).toHaveLength(16)
  })

  test('several, each with its own problem, in the order of the files; strict refuses with the first', async () => {
    const domain = make()
    const bad = [...domain.reportPaths.values()].sort().slice(3, 6)
    for (const path of bad) writeFileSync(path, '')
    writeFileSync(domain.creportPath, 'nothing\n')
    const found = findFiles(domain.backupPath)
    const { problems, rows } = await readFound(found, { point: null, strict: false })
    expect(problems.map(({ file }) => file)).toEqual([...bad, domain.creportPath])
    expect(rows).toHaveLength(13)
    const refused = await failure(readFound(found, { point: null, strict: true }))
    expect(refused).toMatchObject({ code: 'bad_input', message: `${problemText(problems[0]!)} (and 3 more)` })
  })

  test('without a single row it is bad input, with or without strict', async () => {
    const domain = make()
    writeFileSync(domain.creportPath, '')
    for (const path of domain.reportPaths.values()) writeFileSync(path, '')
    const found = findFiles(domain.backupPath)
    const error = await failure(readFound(found, { point: null, strict: false }))
    expect(error).toMatchObject({
      code: 'bad_input',
      message: expect.stringMatching(/\(and 16 more\)$/) as string,
    })
  })

  test('a run in which everything failed is no bad input: it has no rows, and says so', async () => {
    const domain = make()
    const all = domain.points.map(pointName)
    rmSync(domain.backupPath, { recursive: true })
    make({ failedPoints: all })
    const sources = await readFound(findFiles(domain.backupPath), { point: null, strict: true })
    expect(sources).toMatchObject({ rows: [], problems: [{ level: 'warning', file: domain.creportPath }] })
    expect(sources.attempted).toHaveLength(16)
  })

  test('a file that went away between finding and reading', () => {
    const domain = make()
    const found = findFiles(domain.backupPath)
    rmSync(domain.reportPaths.get(point)!)
    rmSync(domain.creportPath)
    const sources = readSources(found, null)
    expect(sources.problems.map(({ file, level }) => [file, level]).sort()).toEqual(
      [domain.creportPath, domain.reportPaths.get(point)!].map((file) => [file, 'error']).sort(),
    )
    expect(sources.rows).toHaveLength(15)
  })

  test.skipIf(process.getuid?.() !== 0)('a report without permission', () => {
    const domain = make()
    chmodSync(domain.reportPaths.get(point)!, 0o600)
    process.seteuid!(65534)
    const sources = read(domain.backupPath)
    process.seteuid!(0)
    expect(sources.problems).toMatchObject([{ file: domain.reportPaths.get(point) }])
    expect(sources.problems[0]!.message).toMatch(/^no permission to read/)
    expect(sources.rows).toHaveLength(31)
  })
})
