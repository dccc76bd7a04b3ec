import { describe, expect, it } from 'vitest'
import {
  doneStages,
  latestAttempt,
  parseStageName,
  type Stage,
  type StageName,
  type StageStatus,
  stageNames,
} from '../../src/domain/stage.ts'

const attempt = (stage: StageName, number: number, status: StageStatus): Stage => ({
  ...{ job_id: 'job', stage, attempt: number, status },
  ...{ started_at: null, finished_at: null, elapsed_seconds: null, exit_code: null, message: null },
})

describe('a stage', () => {
  it.each([
    ...stageNames.map((name) => [name, name] as const),
    ['usr_script', 'usr'],
    ['GEN', null],
    ['', null],
    ['generate', null],
    ['constructor', null],
  ] as const)('is read from %j as %s', (text, name) => {
    expect(parseStageName(text)).toBe(name)
  })

  it('has a latest attempt: that of the highest number, in whatever order they stand', () => {
    const second = attempt('run', 2, 'running')
    const attempts = [attempt('run', 1, 'done'), attempt('gen', 9, 'done'), second]
    expect(latestAttempt(attempts, 'run')).toBe(second)
    expect(latestAttempt([...attempts].reverse(), 'run')).toBe(second)
    expect(latestAttempt(attempts, 'ext')).toBeNull()
  })

  it('is done when its latest attempt is', () => {
    const attempts = [
      ...[attempt('srt', 1, 'done'), attempt('gen', 1, 'failed'), attempt('gen', 2, 'done')],
      ...[attempt('run', 1, 'done'), attempt('run', 2, 'running'), attempt('ext', 1, 'skipped')],
    ]
    expect(doneStages(attempts)).toEqual(['gen', 'srt'])
    expect(doneStages([])).toEqual([])
  })
})
