import { expect, test } from 'vitest'
import type { StageName } from '../../src/domain/stage.ts'
import type { StageProgress } from '../../src/domain/stage-progress.ts'
import { finishStage, startStage } from '../../src/domain/timeline.ts'
import { changeJob } from '../../src/store/change-job.ts'
import { deleteJob, type NewJob } from '../../src/store/jobs.ts'
import { findFollowed } from '../../src/store/followed.ts'
import { findEarlierStages, findStageProgress, saveStageProgress } from '../../src/store/stage-progress.ts'
import { onEachEngine } from './contract.ts'
import { addFlowRows, at, moved, storeJob } from './jobs.ts'

onEachEngine('the progress of stages', (given) => {
  const row = (done: number, second: number, fields: Partial<StageProgress> = {}): StageProgress => ({
    ...{ stage: 'run', done, failed: 0, expected: 92, first_at: at(second), changed_at: at(second) },
    ...fields,
  })

  test('keeps its first time, and moves the last one only when a count moved', async () => {
    const { job_id } = await storeJob(given.db)
    const saved = async (progress: StageProgress) => {
      await saveStageProgress(given.db, job_id, [progress])
      return (await findStageProgress(given.db, job_id))[0]!
    }
    expect(await saved(row(1, 1))).toStrictEqual(row(1, 1))
    expect(await saved(row(1, 2))).toStrictEqual(row(1, 1))
    expect(await saved(row(3, 3))).toStrictEqual(row(3, 3, { first_at: at(1) }))
    expect(await saved(row(3, 4, { failed: 1 }))).toMatchObject({ failed: 1, changed_at: at(4) })
    expect(await saved(row(3, 5, { failed: 1, expected: null }))).toStrictEqual(
      row(3, 4, { failed: 1, expected: null, first_at: at(1) }),
    )
    expect(await saved(row(3, 6, { failed: 1 }))).toMatchObject({ expected: 92, changed_at: at(4) })
    // A count may go back: the flow was started anew.
    expect(await saved(row(0, 7))).toMatchObject({ done: 0, failed: 0, first_at: at(1), changed_at: at(7) })
  })

  test('stands in flow order, the last of two for one stage, and goes with the job', async () => {
    const [job, other] = [await storeJob(given.db), await storeJob(given.db)]
    await saveStageProgress(given.db, job.job_id, [
      row(1, 1, { stage: 'ext' }),
      row(9, 1, { stage: 'run' }),
      row(2, 1, { stage: 'gen' }),
      row(10, 2, { stage: 'run' }),
    ])
    await saveStageProgress(given.db, other.job_id, [row(5, 1)])
    const found = await findStageProgress(given.db, job.job_id)
    expect(found.map(({ stage, done }) => `${stage} ${done}`)).toEqual(['gen 2', 'run 10', 'ext 1'])
    await saveStageProgress(given.db, job.job_id, [])
    await deleteJob(given.db, job.job_id)
    expect(await findStageProgress(given.db, job.job_id)).toEqual([])
    expect(await findStageProgress(given.db, other.job_id)).toHaveLength(1)
  })
})

onEachEngine('what there is of a job that was followed', (given) => {
  test('is asked for in one query', async () => {
    const { job_id } = await storeJob(given.db)
    const nothing = { hasRun: false, hasProgress: false, hasAttempts: false, hasDependencies: false }
    expect(await findFollowed(given.db, job_id)).toStrictEqual(nothing)
    await saveStageProgress(given.db, job_id, [
      { stage: 'run', done: 1, failed: 0, expected: null, first_at: at(1), changed_at: at(1) },
    ])
    expect(await findFollowed(given.db, job_id)).toStrictEqual({ ...nothing, hasProgress: true })
    const other = await storeJob(given.db)
    await addFlowRows(given.db, other.job_id)
    expect(await findFollowed(given.db, other.job_id)).toStrictEqual({
      ...{ hasRun: true, hasProgress: true, hasAttempts: true, hasDependencies: true },
    })
  })
})

onEachEngine('the times of earlier jobs', (given) => {
  /** A job whose stages took the given seconds, one after the other; several of one stage are attempts. */
  async function ended(fields: Partial<NewJob>, took: [StageName, number][], status = 'completed') {
    const job = await storeJob(given.db, { planned_stages: ['gen', 'run', 'bkp'], ...fields })
    let second = 0
    await moved(given.db, job.job_id, 'running', {}, at(0))
    for (const [name, seconds] of took) {
      second += 1
      await changeJob(given.db, job.job_id, at(second), (now) => startStage(now, name, at(second)))
      second += seconds
      await changeJob(given.db, job.job_id, at(second), (now) => finishStage(now, name, at(second)))
    }
    if (status !== 'running') await moved(given.db, job.job_id, status as 'failed', {}, at(second + 1))
    return job.job_id
  }

  test('are those of completed jobs of the domain, of a comparable size, that were followed', async () => {
    const day = (number: number) => ({ created_at: at(86_400 * number), total_simulations: 92 })
    const job = await storeJob(given.db, day(9))
    const one = await ended(day(1), [
      ['gen', 2],
      ['run', 10],
      ['run', 20],
      ['run', 5],
    ])
    const two = await ended({ ...day(2), total_simulations: 184 }, [['run', 70]])
    const three = await ended({ ...day(2), total_simulations: 46 }, [['run', 17]])
    await ended(day(3), [['run', 1]], 'failed')
    await ended(day(3), [['run', 1]], 'running')
    await ended(day(3), [])
    await ended({ ...day(3), domain_path: '/proj/other' }, [['run', 1]])
    await ended({ ...day(3), total_simulations: 488 }, [['run', 1]])
    await ended({ ...day(3), total_simulations: 16 }, [['run', 1]])
    await ended({ ...day(3), total_simulations: null }, [['run', 1]])
    await ended(day(10), [['run', 1]])
    const found = (await findEarlierStages(given.db, job)).map((stage) => JSON.stringify(stage)).sort()
    const stage = (job_id: string, name: StageName, seconds: number, points: number) =>
      JSON.stringify({ job_id, stage: name, seconds, points })
    expect(found).toEqual(
      [
        stage(one, 'gen', 2, 92),
        stage(one, 'run', 35, 92),
        stage(two, 'run', 70, 184),
        stage(three, 'run', 17, 46),
      ].sort(),
    )
    const unknown = await storeJob(given.db, { ...day(9), total_simulations: null })
    expect(await findEarlierStages(given.db, unknown)).toHaveLength(7)
  })

  test('are those of the newest twenty', async () => {
    for (let day = 1; day <= 22; day += 1) {
      await ended({ created_at: at(86_400 * day), total_simulations: 1 }, [['run', day]])
      await ended({ created_at: at(86_400 * day + 1), total_simulations: 1 }, [])
    }
    const job = await storeJob(given.db, { created_at: at(86_400 * 30), total_simulations: 1 })
    const seconds = (await findEarlierStages(given.db, job)).map((stage) => stage.seconds)
    expect(seconds.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 3))
  })
})
