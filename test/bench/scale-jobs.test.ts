import { expect, test } from 'vitest'
import { summarise } from '../../src/domain/summary.ts'
import { loadConfiguration } from '../../src/import/load-configuration.ts'
import { findHistory } from '../../src/store/history.ts'
import { checkDatabase, databaseStatus } from '../../src/store/maintenance.ts'
import { findPoints } from '../../src/store/points.ts'
import { findResults } from '../../src/store/results.ts'
import { findSummaries } from '../../src/store/summaries.ts'
import { contentsOf } from '../store/jobs.ts'
import { onEachEngine } from '../store/contract.ts'
import { fillAtScale, type ScaleSample } from './scale-jobs.ts'

const configuration = loadConfiguration(null, [])
const everyJob = {
  ...{ limit: 100, statuses: [], users: [], domain: null, mode: null, since: null, until: null },
  ...{ search: null, before: null },
}

onEachEngine('the jobs of bench:scale', (given) => {
  const fill = (): Promise<ScaleSample> => fillAtScale(given.db, { jobs: 40, rows: 7, configuration })

  test('are sound for `db check`, in all tables, as many as asked for', async () => {
    const sample = await fill()
    expect(await checkDatabase(given.db)).toEqual([])
    const { rows } = await databaseStatus(given.db)
    expect(rows).toMatchObject({ jobs: 40, results: 280, imports: 40 })
    const filled = ['stages', 'points', 'results', 'summaries', 'imports', 'job_logs']
    for (const table of filled) expect(rows[table], table).toBeGreaterThanOrEqual(40)
    expect(sample.rows).toBe(280)
  })

  test('have the summaries that an import would have made', async () => {
    await fill()
    for (const { job_id } of await findHistory(given.db, everyJob)) {
      const results = await findResults(given.db, job_id, await findPoints(given.db, job_id))
      expect(await findSummaries(given.db, job_id)).toEqual(summarise(results))
    }
  })

  test('include failed values, missing points and running jobs', async () => {
    const { running } = await fill()
    const jobs = await findHistory(given.db, everyJob)
    expect(
      jobs
        .filter(({ status }) => status === 'running')
        .map(({ job_id }) => job_id)
        .sort(),
    ).toEqual([...running].sort())
    expect(new Set(jobs.map(({ status }) => status)).size).toBe(4)
    expect(jobs.some((job) => job.failed_simulations > 0)).toBe(true)
    expect(jobs.some((job) => job.stored_simulations < job.total_simulations!)).toBe(true)
  })

  test('are the same every time', async () => {
    const first = await fill()
    const contents = await contentsOf(given.db)
    await given.db.query('delete from jobs')
    expect(await fill()).toEqual(first)
    expect(await contentsOf(given.db)).toEqual(contents)
  })
})
