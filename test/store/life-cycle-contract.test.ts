import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { failStage, finishStage, startStage } from '../../src/domain/timeline.ts'
import { loadConfiguration } from '../../src/import/load-configuration.ts'
import { newJob } from '../../src/import/describe-job.ts'
import { changeJob } from '../../src/store/change-job.ts'
import { createJob } from '../../src/store/create-job.ts'
import { countMissingPoints } from '../../src/store/derived.ts'
import { findResults } from '../../src/store/results.ts'
import { deleteJob, findJob } from '../../src/store/jobs.ts'
import { findHistory } from '../../src/store/history.ts'
import { checkDatabase, databaseStatus, tables } from '../../src/store/maintenance.ts'
import { findPoints } from '../../src/store/points.ts'
import { findStages } from '../../src/store/stages.ts'
import { findStatistics } from '../../src/store/statistics.ts'
import { findSummaries } from '../../src/store/summaries.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { importPath } from '../import/import-path.ts'
import { onEachEngine } from './contract.ts'
import { at } from './jobs.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pvt-life-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

onEachEngine('the life of a job', (given) => {
  test('goes from creation over a failure to completion, with all its results', async () => {
    const failedPoints = ['SSG/typical/m40/v1min_v2min', 'TT/typical/85/v1nom_v2nom']
    const domain = makeDomain(folder, {
      failedPoints,
      failedMeasurements: [{ point: 'TT/typical/125/v1max_v2max', name: 'power', text: 'failed' }],
    })
    const loaded = loadConfiguration(domain.configPath, [])
    const about = { name: 'gpio', domain: folder, user: 'eva', now: at(0) }
    const { job_id } = await createJob(given.db, newJob(loaded, about), loaded.points, 'created')
    const mark = (decide: typeof startStage, stage: Parameters<typeof startStage>[1], second: number) =>
      changeJob(given.db, job_id, at(second), (present) => decide(present, stage, at(second)))

    await mark(startStage, 'gen', 10)
    await mark(finishStage, 'gen', 20)
    await mark(startStage, 'run', 20)
    const why = { message: 'no license', exitCode: 3 }
    await changeJob(given.db, job_id, at(30), (present) => failStage(present, 'run', why, at(30)))
    expect(await findJob(given.db, job_id)).toMatchObject({ status: 'failed', failed_simulations: 92 })
    for (const [index, stage] of (['run', 'ext', 'srt', 'bkp'] as const).entries()) {
      await mark(startStage, stage, 40 + 10 * index)
      if (stage !== 'bkp') await mark(finishStage, stage, 50 + 10 * index)
    }

    const importing = () => importPath(given.db, job_id, domain.backupPath, { now: at(75) })
    expect(await importing()).toMatchObject({ results_new: 90, results_updated: 0, missing_points: 2 })
    const running = await findJob(given.db, job_id)
    expect(running).toMatchObject({ status: 'running', stored_simulations: 90, failed_simulations: 1 })
    await mark(finishStage, 'bkp', 80)

    const job = await findJob(given.db, job_id)
    expect(job).toMatchObject({
      ...{ status: 'completed', started_at: at(10), completed_at: at(80), elapsed_seconds: 70 },
      ...{ total_simulations: 92, stored_simulations: 90, successful_simulations: 89, failed_simulations: 3 },
      ...{ backup_path: domain.backupPath, error_message: null, error_stage: null, current_stage: null },
      completed_stages: ['gen', 'run', 'ext', 'srt', 'bkp'],
    })
    const points = await findPoints(given.db, job_id)
    const results = await findResults(given.db, job_id, points)
    expect(points.map(pointName)).toEqual(domain.points.map(pointName))
    expect(results.map(pointName)).toEqual(
      points.map(pointName).filter((name) => !failedPoints.includes(name)),
    )
    for (const result of results) {
      expect(result.measurements, pointName(result)).toEqual(domain.truth.get(pointName(result)))
    }
    expect(await countMissingPoints(given.db, job_id)).toBe(2)
    expect((await findSummaries(given.db, job_id)).map(({ count, failed }) => count + failed)).toEqual(
      domain.measurements.map(() => 90),
    )
    expect((await findStages(given.db, job_id)).map(({ stage, status }) => `${stage} ${status}`)).toEqual([
      ...['gen done', 'run failed', 'run done', 'ext done', 'srt done', 'bkp done'],
    ])

    const { rows } = await databaseStatus(given.db)
    expect(await importing()).toMatchObject({ results_new: 0, results_updated: 0, results_unchanged: 90 })
    expect((await databaseStatus(given.db)).rows).toEqual(rows)
    expect(await findJob(given.db, job_id)).toEqual(job)
    expect(await checkDatabase(given.db)).toEqual([])

    const everything = {
      ...{ limit: 9, statuses: [], users: [], domain: folder, mode: null, since: null, until: null },
      ...{ search: null, before: null },
    }
    expect(await findHistory(given.db, everything)).toEqual([{ ...job, verdict: null }])
    expect(await findStatistics(given.db, null)).toMatchObject({ success_rate: 1, simulations_stored: 90 })
    expect(await deleteJob(given.db, job_id)).toBe(true)
    expect((await databaseStatus(given.db)).rows).toEqual(
      Object.fromEntries(tables.map((table) => [table, 0])),
    )
  })
})
