import { describe, expect, it } from 'vitest'
import { type Job } from '../../src/domain/job.ts'
import type { Stage, StageName } from '../../src/domain/stage.ts'
import { failStage, finishStage, moveJob, type Present, startStage } from '../../src/domain/timeline.ts'
import { newJob } from '../../src/import/describe-job.ts'

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()

const present = (fields: Partial<Job> = {}, stages: Stage[] = []): Present => ({
  job: {
    ...newJob(null, { name: 'job', domain: '/domain', user: 'eva', now: at(0) }),
    ...{ job_id: '0123456789abcdef', updated_at: at(0) },
    ...fields,
  },
  stages,
})
const attempt = (stage: StageName, fields: Partial<Stage> = {}): Stage => ({
  ...{ job_id: '0123456789abcdef', stage, attempt: 1, status: 'done', started_at: at(1), finished_at: at(2) },
  ...{ elapsed_seconds: 1, exit_code: null, message: null },
  ...fields,
})
const started = { started_at: at(1), finished_at: null, elapsed_seconds: null, status: 'running' } as const
const running = { status: 'running', started_at: at(1) } as const

describe('the start of a stage', () => {
  it('sets a queued job running, and says so in the log', () => {
    const change = startStage(present(), 'gen', at(5))!
    expect(change.job).toMatchObject({ status: 'running', started_at: at(5), current_stage: 'gen' })
    expect(change.stages).toEqual([{ ...attempt('gen'), ...started, started_at: at(5) }])
    expect(change.log).toEqual({ level: 'info', message: 'stage gen started' })
    expect(change.warnings).toEqual([])
  })

  it('is nothing when the stage is running', () => {
    expect(startStage(present(running, [attempt('gen', started)]), 'gen', at(5))).toBeNull()
  })

  it.each(['done', 'failed', 'skipped'] as const)('is a new attempt after one that is %s', (status) => {
    const change = startStage(present(running, [attempt('gen', { status })]), 'gen', at(5))!
    expect(change.stages).toMatchObject([{ stage: 'gen', attempt: 2, status: 'running', finished_at: null }])
    expect(change.log.message).toBe('stage gen started (attempt 2)')
    expect(change.job).toEqual({ current_stage: 'gen', completed_stages: [] })
  })

  it.each([
    [{}, [], ['stage ext started before gen, run: stored out of order']],
    [{ planned_stages: ['run', 'ext'] }, [attempt('run')], []],
    [
      { planned_stages: ['run', 'srt'] },
      [],
      [
        'stage ext is not planned for this job (run, srt)',
        'stage ext started before run: stored out of order',
      ],
    ],
    [{}, [attempt('gen'), attempt('run', started)], ['stage ext started before run: stored out of order']],
  ] as [Partial<Job>, Stage[], string[]][])(
    'of a job with %o and %o warns %j',
    (fields, stages, warnings) => {
      expect(startStage(present({ ...running, ...fields }, stages), 'ext', at(5))!.warnings).toEqual(warnings)
    },
  )
})

describe('the end of a stage', () => {
  it('ends the attempt that runs, and tells how long it took', () => {
    const change = finishStage(present(running, [attempt('gen', started)]), 'gen', at(61))!
    expect(change.stages).toEqual([{ ...attempt('gen'), finished_at: at(61), elapsed_seconds: 60 }])
    expect(change.job).toEqual({ current_stage: 'gen', completed_stages: ['gen'] })
  })

  it('makes an attempt without a start when nobody started it', () => {
    const change = finishStage(present(), 'gen', at(5))!
    expect(change.stages).toMatchObject([{ started_at: null, finished_at: at(5), elapsed_seconds: null }])
    expect(change.job).toMatchObject({ status: 'running', started_at: at(5), completed_stages: ['gen'] })
  })

  it('is nothing the second time', () => {
    expect(finishStage(present(running, [attempt('gen')]), 'gen', at(5))).toBeNull()
  })

  it.each([
    [['gen', 'run', 'ext', 'srt', 'bkp'], 'bkp', true],
    [['gen', 'run', 'ext', 'srt', 'bkp', 'usr'], 'bkp', false],
    [['gen', 'run', 'ext', 'srt', 'bkp', 'usr'], 'usr', true],
    [['run'], 'run', true],
    [['gen', 'run', 'ext', 'srt', 'bkp'], 'usr', false],
  ] as [StageName[], StageName, boolean][])(
    'of a job with %j at %s completes it: %s',
    (planned, name, completes) => {
      const change = finishStage(present({ ...running, planned_stages: planned }), name, at(5))!
      expect(change.job.status ?? 'running').toBe(completes ? 'completed' : 'running')
      expect(change.log.message).toBe(`stage ${name} done${completes ? '; job completed' : ''}`)
      if (completes) {
        expect(change.job).toMatchObject({ completed_at: at(5), elapsed_seconds: 4, current_stage: null })
      }
    },
  )

  it('that comes after the completion is kept, and changes no state', () => {
    const completed = present({ ...running, status: 'completed', completed_at: at(9) }, [attempt('bkp')])
    const change = finishStage(completed, 'srt', at(10))!
    expect(change.job).toEqual({ completed_stages: ['srt', 'bkp'] })
    expect(change.stages).toMatchObject([{ stage: 'srt', status: 'done', finished_at: at(10) }])
  })
})

describe('the failure of a stage', () => {
  it.each([
    [{ message: 'no license', exitCode: 3 }, 'no license'],
    [{ message: null, exitCode: 3 }, 'exit code 3'],
    [{ message: null, exitCode: 0 }, 'exit code 0'],
    [{ message: null, exitCode: null }, 'stage run failed'],
  ])('given as %o fails the job with %j', (failure, message) => {
    const change = failStage(present(running, [attempt('run', started)]), 'run', failure, at(5))!
    expect(change.job).toMatchObject({ status: 'failed', error_message: message, error_stage: 'run' })
    expect(change.job).toMatchObject({ completed_at: at(5), elapsed_seconds: 4, current_stage: 'run' })
    expect(change.stages).toMatchObject([
      { status: 'failed', exit_code: failure.exitCode, message: failure.message, elapsed_seconds: 4 },
    ])
    expect(change.log).toEqual({ level: 'error', message: `stage run failed: ${message}` })
  })

  const failure = { message: 'again', exitCode: 1 }

  it('is nothing the second time, but that of another stage is kept', () => {
    const failed = present({ status: 'failed', error_stage: 'run' }, [attempt('run', { status: 'failed' })])
    expect(failStage(failed, 'run', failure, at(5))).toBeNull()
    expect(failStage(failed, 'ext', failure, at(5))!.job).toMatchObject({ error_stage: 'ext' })
  })

  it('takes the stage out of those that are done', () => {
    const change = failStage(present(running, [attempt('gen'), attempt('run')]), 'run', failure, at(5))!
    expect(change.stages).toMatchObject([{ stage: 'run', attempt: 2, status: 'failed' }])
    expect(change.job.completed_stages).toEqual(['gen'])
  })
})

describe('marks on a job that has ended', () => {
  const failure = { message: null, exitCode: null }
  const marks = {
    start: (given: Present) => startStage(given, 'run', at(9)),
    done: (given: Present) => finishStage(given, 'run', at(9)),
    fail: (given: Present) => failStage(given, 'run', failure, at(9)),
  }

  it.each([
    ['start', 'cancelled', 'job 01234567 is cancelled: stage run cannot start'],
    ['done', 'cancelled', 'job 01234567 is cancelled: stage run cannot be done'],
    ['fail', 'cancelled', 'job 01234567 is cancelled: stage run cannot fail'],
    ['start', 'completed', 'job 01234567 is completed: stage run cannot start'],
    ['fail', 'completed', 'job 01234567 is completed: stage run cannot fail'],
  ] as const)('%s on a %s job is refused', (mark, status, message) => {
    const work = () => marks[mark](present({ status }))
    expect(work).toThrow(expect.objectContaining({ code: 'refused', message }) as Error)
  })

  it.each(['start', 'done'] as const)('%s takes a failed job up again', (mark) => {
    const failed = { status: 'failed', started_at: at(1), completed_at: at(4), error_message: 'x' } as const
    const { job } = marks[mark](present({ ...failed, error_stage: 'run' }))!
    expect(job).toMatchObject({
      status: 'running',
      started_at: at(1),
      completed_at: null,
      error_message: null,
    })
    expect(job).toMatchObject({ error_stage: null, elapsed_seconds: null, current_stage: 'run' })
  })
})

describe('a move of a job', () => {
  it('ends the attempts that run as the job ends', () => {
    const stages = [attempt('gen'), attempt('run', started)]
    const ends = (to: 'completed' | 'failed' | 'cancelled') =>
      moveJob(present(running, stages), to, {}, at(11))!
    expect(ends('completed').stages).toMatchObject([{ stage: 'run', status: 'done', elapsed_seconds: 10 }])
    expect(ends('completed').job.completed_stages).toEqual(['gen', 'run'])
    expect(ends('failed').stages).toMatchObject([{ status: 'failed', message: 'job failed' }])
    expect(ends('cancelled').stages).toMatchObject([{ status: 'failed', message: 'job cancelled' }])
    expect(ends('cancelled').job.completed_stages).toEqual(['gen'])
  })

  it.each([
    [{}, 'ext', null],
    [{ stage: 'srt', error: 'disk full' }, 'srt', 'disk full'],
  ] as const)('to failed with %o names stage %s and error %j', (details, error_stage, error_message) => {
    const change = moveJob(present({ ...running, current_stage: 'ext' }), 'failed', details, at(5))!
    expect(change.job).toMatchObject({ error_stage, error_message })
    expect(change.log.level).toBe('error')
  })

  it('keeps the backup and the reason that it is told', () => {
    const change = moveJob(present(running), 'cancelled', { backup: '/b', error: 'wrong netlist' }, at(5))!
    expect(change.job).toMatchObject({ backup_path: '/b', error_message: 'wrong netlist' })
    expect(change.log).toEqual({ level: 'info', message: 'running → cancelled: wrong netlist' })
  })
})

describe('a mark that is told late, from the spool of another host', () => {
  const completed = { status: 'completed', started_at: at(0), completed_at: at(50) } as const
  const failed = { ...completed, status: 'failed', error_stage: 'ext' } as const

  it('tells when an attempt began that was only known to be done', () => {
    const done = attempt('gen', { started_at: null, finished_at: at(20), elapsed_seconds: null })
    expect(startStage(present(running, [done]), 'gen', at(10))).toMatchObject({
      job: { completed_stages: ['gen'] },
      stages: [{ ...done, started_at: at(10), elapsed_seconds: 10 }],
      log: { message: 'stage gen started, told late' },
    })
  })

  it('says nothing new about an attempt that was running then', () => {
    const done = attempt('gen', { started_at: at(5), finished_at: at(20) })
    expect(startStage(present(running, [done]), 'gen', at(10))).toBeNull()
  })

  it.each([
    [completed, 'done'],
    [failed, 'failed'],
  ] as const)('leaves the state of a job of %j alone', (fields, status) => {
    const begun = startStage(present(fields), 'run', at(10))!
    expect(begun.job).toEqual({ completed_stages: status === 'done' ? ['run'] : [] })
    expect(begun.stages).toMatchObject([{ stage: 'run', status, started_at: at(10), finished_at: null }])
    const ended = finishStage(present(fields, begun.stages), 'run', at(30))!
    expect(ended.job).toEqual({ completed_stages: ['run'] })
    expect(ended.stages).toMatchObject([
      { stage: 'run', attempt: 1, status: 'done', finished_at: at(30), elapsed_seconds: 20 },
    ])
  })

  it('of a failure does not end work that was taken up since', () => {
    const later = attempt('run', { ...started, started_at: at(30) })
    const change = failStage(
      present(running, [later]),
      'gen',
      { message: 'no licence', exitCode: 3 },
      at(20),
    )!
    expect(change.job).toEqual({ completed_stages: [] })
    expect(change.stages).toMatchObject([{ stage: 'gen', status: 'failed', message: 'no licence' }])
  })

  it('does not take the job back to an earlier stage', () => {
    const later = attempt('ext', { ...started, started_at: at(30) })
    expect(startStage(present(running, [later]), 'run', at(20))!.job).not.toHaveProperty('current_stage')
    expect(finishStage(present(running, [later]), 'run', at(25))!.job).not.toHaveProperty('current_stage')
  })

  it('after the end of a job is refused as ever', () => {
    expect(() => startStage(present(completed), 'run', at(60))).toThrow(/completed is final|is completed/)
    expect(startStage(present(failed), 'run', at(60))!.job).toMatchObject({ status: 'running' })
  })
})
