import { expect } from 'vitest'
import type { Attempt } from '../../src/domain/attempt.ts'
import { pointName } from '../../src/domain/point.ts'
import { FlowObserver, type FlowObserverOptions, type Sighting } from '../../src/import/observe-flow.ts'
import type { StandInFlow } from '../fixtures/stand-in-flow.ts'

export interface Look extends Sighting {
  /** `gen 44 run 43(1) …`: done, and failed where there are any. */
  counts: string
}

export interface Watcher {
  look: (final?: boolean) => Look
  /** Of all looks. */
  problems: Sighting['problems']
}

/** Looks, and holds that no count of what is done ever goes back. */
export function watch(flow: StandInFlow, options: Partial<FlowObserverOptions> = {}): Watcher {
  const observer = new FlowObserver({
    ...{ domain: flow.folder, points: flow.points, simulator: 'primesim', start: 'now' },
    now: () => new Date().toISOString(),
    ...options,
  })
  const problems: Sighting['problems'] = []
  let before = [0, 0, 0, 0, 0]
  const look = (final?: boolean): Look => {
    const sighting = observer.look(final)
    problems.push(...sighting.problems)
    const done = sighting.progress.map((count) => count.done)
    done.forEach((count, index) => {
      expect(count).toBeGreaterThanOrEqual(before[index]!)
    })
    before = done
    const counts = sighting.progress.map(({ stage, done, failed }) => {
      return `${stage} ${done}${failed === 0 ? '' : `(${failed})`}`
    })
    return { ...sighting, counts: counts.join(' ') }
  }
  return { look, problems }
}

export function states(attempts: readonly Attempt[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { state, attempt } of attempts) {
    counts[`${state} ${attempt}`] = (counts[`${state} ${attempt}`] ?? 0) + 1
  }
  return counts
}

export function attemptOf({ attempts }: Sighting, name: string): Attempt {
  const attempt = attempts.find((each) => pointName(each) === name)
  if (attempt === undefined) throw new Error(`no attempt at ${name} among ${attempts.length}`)
  return attempt
}

export const farmIdOf = (sighting: Sighting, name: string): string | null => attemptOf(sighting, name).farm_id
