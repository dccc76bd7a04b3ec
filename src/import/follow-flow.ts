import type { Attempt } from '../domain/attempt.ts'
import type { Run } from '../domain/run.ts'
import type { StageName } from '../domain/stage.ts'
import type { StageProgress } from '../domain/stage-progress.ts'
import type { SimulationLogRecord } from '../store/simulation-logs.ts'
import type { FlowEnding, FlowRecord, StageMark } from './flow-record.ts'
import type { FlowEvent, FlowObserver, Sighting, StageCount } from './observe-flow.ts'

/** A run that is silent for several of these is taken for dead (`silentMinutes`). */
const heartbeatSeconds = 60

/** Problems with the domain's files that stand in the job's log, at most. */
const mostNotes = 100

/**
 * Follows a flow: turns what is seen of it into records to be written. Holds what was not written yet, so that nothing
 * is lost between two looks.
 */
export class FlowFollower {
  #run: Run
  readonly #observer: Pick<FlowObserver, 'look'>
  readonly #now: () => string
  readonly #counts = new Map<StageName, string>()
  #stage: StageName | null = null
  #recordedAt: string
  #backup: string | null = null
  #notes = 0
  #hasBegun = false
  #flowEndedAt: string | null = null

  constructor(run: Run, observer: Pick<FlowObserver, 'look'>, now: () => string) {
    this.#run = run
    this.#observer = observer
    this.#now = now
    this.#recordedAt = run.started_at
  }

  /** The run as it is now. */
  get run(): Run {
    return this.#run
  }

  /** The backup that the flow made, as far as was seen. */
  get backup(): string | null {
    return this.#backup
  }

  /** When the flow said that it was over, or the next one began; null while it goes on. */
  get flowEndedAt(): string | null {
    return this.#flowEndedAt
  }

  /** Changes what is known of the run; it is written with the next record. */
  update(fields: Partial<Run>): void {
    this.#run = { ...this.#run, ...fields }
  }

  /** Looks at the flow's files; null when there is nothing to tell and no sign of life due. */
  look(): FlowRecord | null {
    const record = this.#record(this.#observer.look(), null)
    return isWorth(record) || secondsSince(this.#recordedAt, record.run.seen_at) >= heartbeatSeconds
      ? this.#taken(record)
      : null
  }

  /** The last look, whatever it shows. */
  end(ending: (follower: FlowFollower) => FlowEnding): FlowRecord {
    const sighting = this.#observer.look(true)
    this.#backup = sighting.newBackups.at(-1) ?? this.#backup
    return this.#taken(this.#record(sighting, ending(this)))
  }

  #taken(record: FlowRecord): FlowRecord {
    this.#recordedAt = record.run.seen_at
    return record
  }

  #record(sighting: Sighting, ending: FlowEnding | null): FlowRecord {
    const now = this.#now()
    this.#run = { ...this.#run, seen_at: now }
    this.#backup = sighting.newBackups.at(-1) ?? this.#backup
    const attempts: Attempt[] = sighting.attempts
    const logs: SimulationLogRecord[] = sighting.simulationLogs
    return {
      ...{ draft: null, exclusive: false, run: this.#run, attempts, logs, ending },
      marks: this.#ownEvents(sighting.events).flatMap((event) => this.#marksOf(event)),
      progress: sighting.progress.flatMap((count) => this.#progressOf(count, now)),
      notes: this.#notesOf(sighting),
    }
  }

  /**
   * Whoever watches follows one flow: the start of the next one ends it, though it has not said so itself. A command
   * that pvt runs may start several.
   */
  #ownEvents(events: readonly FlowEvent[]): readonly FlowEvent[] {
    if (this.#run.kind === 'run') return events
    if (this.#flowEndedAt !== null) return []
    const next = events.findIndex(({ kind }, index) => kind === 'flow_start' && (this.#hasBegun || index > 0))
    this.#hasBegun ||= events.length > 0
    if (next < 0) return events
    this.#flowEndedAt = events[next]!.at
    return events.slice(0, next)
  }

  /** The flow logs starts only: a start ends the stage before. Polo starts `run` once per extraction. */
  #marksOf({ kind, stage, at: logged }: FlowEvent): StageMark[] {
    // The log is to the second: a stage cannot have begun before the run that began it.
    const at = this.#run.kind === 'run' && logged < this.#run.started_at ? this.#run.started_at : logged
    const before = this.#stage
    if (kind === 'flow_start' || stage === before) return []
    this.#stage = stage
    if (kind === 'flow_end') this.#flowEndedAt = at
    return [
      ...(before === null ? [] : [{ stage: before, kind: 'done' as const, at }]),
      ...(stage === null ? [] : [{ stage, kind: 'start' as const, at }]),
    ]
  }

  #progressOf({ stage, done, failed, expected }: StageCount, now: string): StageProgress[] {
    const count = `${done} ${failed} ${expected}`
    if (this.#counts.get(stage) === count || (done === 0 && failed === 0)) return []
    this.#counts.set(stage, count)
    return [{ stage, done, failed, expected, first_at: now, changed_at: now }]
  }

  #notesOf({ problems }: Sighting): FlowRecord['notes'] {
    const notes = problems.slice(0, mostNotes - this.#notes).map(({ file, line, message }) => ({
      level: 'warning' as const,
      message: `${file}${line === null ? '' : `:${line}`}: ${message}`,
    }))
    this.#notes += notes.length
    return notes
  }
}

const isWorth = ({ marks, progress, attempts, logs, notes }: FlowRecord): boolean =>
  marks.length + progress.length + attempts.length + logs.length + notes.length > 0

const secondsSince = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000
