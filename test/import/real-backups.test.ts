import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { describeBackup } from '../../src/import/describe-backup.ts'
import { findFiles } from '../../src/import/find-files.ts'
import { importSources, readFound } from '../../src/import/import-results.ts'
import { readSources } from '../../src/import/read-sources.ts'
import { createJob } from '../../src/store/create-job.ts'
import { findPoints } from '../../src/store/points.ts'
import { findResults } from '../../src/store/results.ts'
import { onEachEngine } from '../store/contract.ts'
import { contentsOf } from '../store/jobs.ts'
import { importOptions } from './import-path.ts'

/** Third-party files, never copied into the project: a folder with `backups/`. */
const realData = process.env.PVT_REAL_DATA ?? ''
const options = importOptions({ strict: true })

if (realData === '') test('the real backups were skipped: PVT_REAL_DATA is not set', () => {})

let folder: string

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'pvt-real-')))
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(realData === '').each([
  { backup: 'gpio-1p1v/00bkp_202506161234', points: 92, names: 9, withoutEffect: 0 },
  { backup: 'prelay/00bkp_202508191107', points: 44, names: 2, withoutEffect: 14 },
])('the real backup $backup', ({ backup, points, names, withoutEffect }) => {
  const path = join(realData, 'backups', backup)

  test('its reports and its creport.txt tell the same, for every point that its config.cfg implies', () => {
    const { rows, problems, attempted } = readSources(findFiles(path), null)
    expect(problems).toEqual([])
    const told = (source: string) =>
      new Map(
        rows.filter((row) => row.source === source).map((row) => [pointName(row.point), row.measurements]),
      )
    expect(told('report')).toEqual(told('creport'))
    expect(told('creport').size).toBe(points)
    expect(rows.every((row) => Object.keys(row.measurements).length === names)).toBe(true)
    const { configuration } = describeBackup(findFiles(path), 'eva')
    if (configuration !== null)
      expect(configuration.points.map(pointName)).toEqual([...told('creport').keys()])
    expect(new Set(attempted.map(pointName)).size).toBe(points)
  })

  onEachEngine('imported', (given) => {
    const importAsNew = async (from: string) => {
      const found = findFiles(from)
      const { job, configuration } = describeBackup(found, 'eva')
      const { job_id } = await createJob(given.db, job, configuration?.points ?? [], 'made')
      return importSources(given.db, job_id, found, await readFound(found, options), options)
    }

    test('is complete, and a second time changes nothing', async () => {
      const found = findFiles(path)
      const sources = await readFound(found, options)
      const report = await importAsNew(path)
      expect(report).toMatchObject({
        ...{ results_new: points, measurements: points * names, failed_measurements: 0, missing_points: 0 },
        disagreements: [],
      })
      expect(report.problems.map(({ level }) => level)).toEqual(Array(withoutEffect).fill('warning'))
      const before = await contentsOf(given.db)
      await importSources(given.db, report.job_id!, found, sources, options)
      expect(await contentsOf(given.db)).toEqual(before)
    })

    test('without its config.cfg expects the same points in the same order', async () => {
      const copy = join(folder, given.dialect, basename(path))
      cpSync(path, copy, { recursive: true })
      const { job_id } = await importAsNew(path)
      const alone = await importAsNew(copy)
      expect(alone).toMatchObject({ missing_points: 0, points })
      const results = await findResults(given.db, alone.job_id!, [])
      expect(results.map(pointName)).toEqual((await findResults(given.db, job_id!, [])).map(pointName))
      expect(await findPoints(given.db, alone.job_id!)).toEqual(await findPoints(given.db, job_id!))
    })

    test('of its creport.txt alone gives the same values as of its reports alone', async () => {
      const values = async (drop: RegExp) => {
        const copy = join(folder, `${given.dialect}${drop.source}`, basename(path))
        cpSync(path, copy, { recursive: true })
        const reports = join(copy, 'report')
        for (const name of readdirSync(reports)) if (drop.test(name)) rmSync(join(reports, name))
        const { job_id } = await importAsNew(copy)
        const results = await findResults(given.db, job_id!, [])
        return results.map((result) => [pointName(result), result.measurements, result.alter_number])
      }
      expect(await values(/^creport/)).toEqual(await values(/^report/))
    })

    test('with one report damaged, its point still comes from creport.txt', async () => {
      const copy = join(folder, `${given.dialect}-damaged`, basename(path))
      cpSync(path, copy, { recursive: true })
      const [name] = readdirSync(join(copy, 'report')).filter((each) => each.startsWith('report_'))
      const file = join(copy, 'report', name!)
      expect(existsSync(file)).toBe(true)
      writeFileSync(file, readFileSync(file, 'utf8').slice(0, 20))
      const found = findFiles(copy)
      const { job } = describeBackup(found, 'eva')
      const { job_id } = await createJob(given.db, job, [], 'made')
      const sources = await readFound(found, { ...options, strict: false })
      const report = await importSources(given.db, job_id, found, sources, options)
      expect(report).toMatchObject({ points, missing_points: 0 })
      expect(report.problems.filter(({ level }) => level === 'error')).toMatchObject([{ file }])
      const bySource = (await findResults(given.db, job_id, [])).map(({ source }) => source)
      expect(bySource.filter((source) => source === 'creport')).toHaveLength(1)
    })
  })
})
