import {
  findSimulationLogs,
  saveSimulationLogs,
  type SimulationLogRecord,
} from '../../src/store/simulation-logs.ts'
import { expect, test } from 'vitest'
import type { Job } from '../../src/domain/job.ts'
import { loadConfiguration } from '../../src/import/load-configuration.ts'
import { newJob } from '../../src/import/describe-job.ts'
import { createJob } from '../../src/store/create-job.ts'
import {
  deleteJob,
  findConfigSnapshot,
  findJob,
  findJobByBackup,
  findJobsByPrefix,
  findNewestJobIn,
  findNewestJobOfUser,
  insertJob,
  jobColumns,
  lockJob,
  updateJob,
} from '../../src/store/jobs.ts'
import { findLogEntries } from '../../src/store/job-logs.ts'
import { findPoints, replacePoints } from '../../src/store/points.ts'
import { startStage } from '../../src/domain/timeline.ts'
import { changeJob } from '../../src/store/change-job.ts'
import { keepVerdict } from '../../src/store/verdicts.ts'
import { jobTables } from '../../src/store/maintenance.ts'
import { insertImport } from '../../src/store/imports.ts'
import { onEachEngine } from './contract.ts'
import {
  addFlowRows,
  addResults,
  aNewJob,
  aResult,
  at,
  countOf,
  storeJob,
  threePoints,
  aVerdict,
} from './jobs.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const aSimulationLog: SimulationLogRecord = {
  ...{ log_path: '/bkp/simulation.log', point: 'TT/typical/85/v1nom', simulator: 'primesim' },
  ...{ simulator_version: 'W-2024.09', success: true, started_at_local: 'Mon Jun 16 12:26:48 2025' },
  ...{ elapsed_seconds: 282.5, cpu_seconds: 478.1, peak_memory_mb: 3507.9, measures: 9, warnings: 2 },
  working_directory: null,
}

onEachEngine('a job', (given) => {
  test('with the id of another one is refused, and nothing of it stays', async () => {
    const { job_id } = await createJob(given.db, aNewJob(), [], 'the first')
    const again = createJob(given.db, aNewJob({}, { job_id }), [...threePoints], 'the second')
    await expect(again).rejects.toMatchObject({
      code: 'refused',
      message: `there is a job ${job_id} already`,
    })
    expect(await findPoints(given.db, job_id)).toEqual([])
    expect((await findLogEntries(given.db, job_id, 'debug', 10)).map(({ message }) => message)).toEqual([
      'the first',
    ])
  })

  test('is stored with all its fields, and read back the same', async () => {
    const loaded = loadConfiguration(null, [
      ...['mode=polo', 'gs/gf_corner=Yes', '2nd_supply_swp=vccn', 'CPU #=16', 'MEM [G]=64'],
      'postlay_cross_cornerlist=custom:SSG FFG',
    ])
    const fresh = newJob(
      {
        ...loaded,
        path: '/proj/gpio/config.cfg',
        snapshot: { config_text: 'mode:polo\r\n', config_sha256: 'ab' },
      },
      {
        ...{ name: 'night run', domain: '/proj/gpio', user: 'eva', now: at(0) },
        ...{
          stages: ['gen', 'run', 'usr'],
          description: 'it\'s 100% "done"\nµΩ 😀 \\',
          tags: ['a,b', '"q"', ''],
        },
      },
    )
    const filled = { ...fresh, backup_path: '/proj/gpio/00bkp_202601010000', host: 'farm-17' }
    const { job_id } = await createJob(given.db, filled, loaded.points, 'created by a test')

    const { config_text, config_sha256, ...fields } = filled
    const expected = { ...fields, job_id, updated_at: at(0) }
    expect(await findJob(given.db, job_id)).toStrictEqual(expected)
    expect(Object.keys(expected).sort()).toEqual([...jobColumns].sort())
    expect(expected).toMatchObject({ cpu_count: 16, memory_gb: 64, postlay_custom_corners: 'SSG FFG' })
    expect(await findConfigSnapshot(given.db, job_id)).toEqual({ config_text, config_sha256 })
    expect(await findPoints(given.db, job_id)).toEqual(loaded.points)
    expect(expected.total_simulations).toBe(loaded.points.length)
    expect(await findLogEntries(given.db, job_id, 'debug', 10)).toEqual([
      { logged_at: at(0), level: 'info', source: 'pvt', message: 'created by a test' },
    ])
  })

  test('is stored with the least: the rest is null, and not zero or empty', async () => {
    const job = await storeJob(given.db)
    expect(await findJob(given.db, job.job_id)).toStrictEqual(job)
    expect(job).toMatchObject({ status: 'queued', created_at: at(0), updated_at: at(0), tags: [] })
    expect(job).toMatchObject({ planned_stages: ['gen', 'run', 'ext', 'srt', 'bkp'], completed_stages: [] })
    const absent = jobColumns.filter((column) => job[column] === null)
    expect(absent).toEqual(
      expect.arrayContaining([
        ...['started_at', 'completed_at', 'elapsed_seconds', 'mode', 'cpu_count', 'total_simulations'],
        ...[
          'current_stage',
          'config_file_path',
          'backup_path',
          'error_message',
          'error_stage',
          'description',
        ],
      ]),
    )
    expect(await findConfigSnapshot(given.db, job.job_id)).toEqual({ config_text: null, config_sha256: null })
  })

  test('has an id of its own, a UUID', async () => {
    const jobs = await Promise.all(Array.from({ length: 20 }, () => insertJob(given.db, aNewJob())))
    expect(new Set(jobs.map(({ job_id }) => job_id)).size).toBe(20)
    for (const { job_id } of jobs) expect(job_id).toMatch(uuid)
  })

  test('that is not there is null, and nothing is done to it', async () => {
    const kept = await storeJob(given.db)
    expect(await findJob(given.db, 'nobody')).toBeNull()
    expect(await lockJob(given.db, 'nobody')).toBeNull()
    expect(await deleteJob(given.db, 'nobody')).toBe(false)
    expect(await updateJob(given.db, { job_id: 'nobody', status: 'queued' }, { name: 'x' })).toBe(false)
    expect(await findConfigSnapshot(given.db, 'nobody')).toEqual({ config_text: null, config_sha256: null })
    expect(await findPoints(given.db, 'nobody')).toEqual([])
    const gone = changeJob(given.db, 'nobody', at(1), () =>
      expect.fail('asked about a job that is not there'),
    )
    await expect(gone).rejects.toMatchObject({ code: 'job_not_found' })
    expect(await findJob(given.db, kept.job_id)).toEqual(kept)
  })

  test('is written only in the state that the decision was made for', async () => {
    const job = await storeJob(given.db)
    expect(await updateJob(given.db, { ...job, status: 'running' }, { name: 'late' })).toBe(false)
    expect((await findJob(given.db, job.job_id))!.name).toBe('job')
    expect(await updateJob(given.db, job, { name: 'in time', tags: ['x'], user: 'max' })).toBe(true)
    expect(await findJob(given.db, job.job_id)).toEqual({ ...job, name: 'in time', tags: ['x'], user: 'max' })
  })

  test('is locked without a change', async () => {
    const job = await storeJob(given.db)
    expect(await given.db.transaction(() => lockJob(given.db, job.job_id))).toEqual(job)
    expect(await findJob(given.db, job.job_id)).toEqual(job)
  })

  test('is stored whole or not at all', async () => {
    const twice = [...threePoints, { ...threePoints[0]!, corner: 'a\0b' }]
    await expect(storeJob(given.db, {}, twice)).rejects.toMatchObject({ code: 'bad_input' })
    expect(await given.db.query('select job_id from jobs')).toEqual([])
  })

  test('has its expected points replaced by others, in their order', async () => {
    const [job, other] = [
      await storeJob(given.db, {}, threePoints),
      await storeJob(given.db, {}, threePoints),
    ]
    const reversed = [...threePoints].reverse()
    await replacePoints(given.db, job.job_id, reversed)
    expect(await findPoints(given.db, job.job_id)).toEqual(reversed)
    await replacePoints(given.db, job.job_id, [])
    expect(await findPoints(given.db, job.job_id)).toEqual([])
    expect(await findPoints(given.db, other.job_id)).toEqual(threePoints)
  })

  test('goes with everything of it, and leaves the others alone', async () => {
    const jobs: Job[] = []
    for (const name of ['goes', 'stays']) {
      const job = await storeJob(given.db, { name }, threePoints)
      await changeJob(given.db, job.job_id, at(1), (present) => startStage(present, 'gen', at(1)))
      await addResults(
        given.db,
        job.job_id,
        threePoints.map((point) => aResult(point)),
      )
      await insertImport(given.db, anImport(job.job_id))
      await saveSimulationLogs(given.db, job.job_id, [aSimulationLog])
      expect(await findSimulationLogs(given.db, job.job_id)).toEqual([aSimulationLog])
      await keepVerdict(given.db, aVerdict(job.job_id))
      await addFlowRows(given.db, job.job_id)
      jobs.push(job)
    }
    expect(await deleteJob(given.db, jobs[0]!.job_id)).toBe(true)
    for (const table of jobTables) {
      expect(await countOf(given.db, table, jobs[0]!.job_id), table).toBe(0)
      if (table === 'removals') continue
      expect(await countOf(given.db, table, jobs[1]!.job_id), table).toBeGreaterThan(0)
    }
  })

  test('is found by the beginning of its id', async () => {
    const ids = [
      '3f2a0000-0000-4000-8000-000000000001',
      '3f2affff-ffff-4fff-bfff-ffffffffffff',
      '3f2b0000-0000-4000-8000-000000000001',
      'ffffffff-ffff-4fff-bfff-ffffffffffff',
    ]
    for (const [index, id] of ids.entries()) {
      const { job_id } = await storeJob(given.db, { created_at: at(index) })
      await given.db.query(`delete from job_logs`)
      await given.db.query('update jobs set job_id = $1 where job_id = $2', [id, job_id])
    }
    const found = async (prefix: string, limit = 10) =>
      (await findJobsByPrefix(given.db, prefix, limit)).map(({ job_id }) => job_id)
    expect(await found('3f2a')).toEqual([ids[1], ids[0]])
    expect(await found('3f2a', 1)).toEqual([ids[1]])
    expect(await found('3f2a0')).toEqual([ids[0]])
    expect(await found('3f2')).toEqual([ids[2], ids[1], ids[0]])
    expect(await found('3f2affff-ffff-')).toEqual([ids[1]])
    expect(await found(ids[2]!)).toEqual([ids[2]])
    expect(await found('ffff')).toEqual([ids[3]])
    expect(await found('3f2c')).toEqual([])
    expect(await found('')).toHaveLength(4)
    expect(await found('%')).toEqual([])
  })

  test('is found as the newest of a user, of some folders, and by its backup', async () => {
    const old = await storeJob(given.db, { user: 'eva', domain_path: '/a', backup_path: '/a/00bkp_1' })
    const young = await storeJob(given.db, { user: 'eva', domain_path: '/b', created_at: at(5) })
    const others = await storeJob(given.db, { user: 'max', domain_path: '/c', created_at: at(9) })
    const id = (job: Job | null) => job?.job_id ?? null
    expect(id(await findNewestJobOfUser(given.db, 'eva'))).toBe(young.job_id)
    expect(id(await findNewestJobOfUser(given.db, 'Eva'))).toBeNull()
    expect(id(await findNewestJobIn(given.db, ['/a', '/b', '/']))).toBe(young.job_id)
    expect(id(await findNewestJobIn(given.db, ['/c/sub', '/c']))).toBe(others.job_id)
    expect(id(await findNewestJobIn(given.db, ['/c/sub']))).toBeNull()
    expect(id(await findJobByBackup(given.db, '/a/00bkp_1'))).toBe(old.job_id)
    expect(id(await findJobByBackup(given.db, '/a/00bkp_'))).toBeNull()
  })
})

const anImport = (job_id: string) => ({
  ...{ import_id: `import-${job_id}`, job_id, path: '/p', imported_at: at(1), imported_by: 'eva', host: 'h' },
  ...{ program_version: '1', files: [], files_read: 0, points: 0, results_new: 0, results_updated: 0 },
  ...{ results_unchanged: 0, measurements: 0, failed_measurements: 0, missing_points: null },
  ...{
    disagreements: [],
    problems: [],
    prefer: null,
    results_pruned: 0,
    changes: [],
    changes_count: 0,
    vanished: [],
    vanished_count: 0,
  },
})
