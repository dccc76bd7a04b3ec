import type { Attempt, AttemptState } from '../domain/attempt.ts'
import type { PvtPoint } from '../domain/point.ts'
import type { CheckVerdict } from '../parse/job-stat.ts'
import type { KnownHeads } from '../parse/known-heads.ts'
import { parseSimulationLog } from '../parse/simulation-log.ts'
import type { SimulationLogRecord } from '../store/simulation-logs.ts'
import type { FlowPhase } from './flow-phase.ts'
import { FollowedLog } from './followed-log.ts'
import { FollowedMeasure, type Measured } from './followed-measure.ts'
import { detached, type FileMark } from './growing-file.ts'
import type { LeftBefore } from './left-before.ts'
import { locatePointFiles, movedMeasure } from './point-files.ts'
import { simulationLogRecord } from './read-simulation-log.ts'
import { type FolderEntry, lstatOf, type OncePerPath } from './watched-folder.ts'

/** What the rest of the flow tells a point, and where the point tells what changed. */
export interface PointSurroundings {
  leftBefore: LeftBefore
  phase: FlowPhase
  /** As config.cfg spells it; null takes any. */
  simulator: string | null
  problems: OncePerPath
  /** How the measure files of the run begin. */
  heads: KnownHeads
  attempts: Attempt[]
  simulationLogs: SimulationLogRecord[]
  now: string
}

/** What the flow's own check said of a point, and when the file was written that says so. */
export interface Check {
  verdict: CheckVerdict
  text: string
  writtenMs: number
}

/** What became of a point's report: values, or the line of tabs of a failed simulation. */
export type ReportVerdict = 'done' | 'failed'

/** A point of the flow: its folder, and its simulations one after the other. */
export class FollowedPoint {
  check: Check | null = null
  /** Once true, they stay: the flow deletes what it has used. */
  isGenerated = false
  isSimulated = false
  readonly #around: PointSurroundings
  #netlist: string | null = null
  #measurePath: string | null = null
  #resultFolder: string | null = null
  readonly #log = new FollowedLog()
  readonly #measure = new FollowedMeasure()
  #attempt: Attempt | null = null
  /** Of the present attempt: what its log says, when that was written, and whether its measure file was read. */
  #says = parseSimulationLog('')
  #logWrittenMs: number | null = null
  #isMeasured = false
  #hasEmptyReport = false
  #isAttemptTold = true
  #isLogTold = true

  constructor(
    readonly point: PvtPoint,
    around: PointSurroundings,
  ) {
    this.#around = around
  }

  get hasFailed(): boolean {
    if (this.isSimulated) return false
    return this.#attempt === null ? this.#hasEmptyReport : this.#attempt.state === 'failed'
  }

  /** The farm took the point: its first simulation, or one more. */
  submitted(farmId: string): void {
    if (this.#attempt === null || this.#attempt.farm_id !== null) this.#begin('submitted')
    this.#set('farm_id', farmId)
  }

  /** Looks at the point's folder: what is in it, null when that is as it was. */
  look(entries: FolderEntry[] | null | 'gone'): void {
    if (entries === 'gone') {
      this.#netlist = this.#measurePath = this.#resultFolder = null
      this.#log.place(null)
      return
    }
    if (entries !== null) this.#locate(entries)
    // Once the results are extracted nothing is simulated any more, and what is done needs no second look.
    else if (this.#attempt?.state === 'done' && this.#around.phase.isBehind('run')) return
    this.#lookAtNetlist()
    this.#lookAtLog()
    this.#lookAtMeasure()
  }

  /** Judges what was seen, now that it is known what became of the report, and tells what changed. */
  settle(report: ReportVerdict | null): void {
    if (this.#attempt !== null && !this.#log.isUnclear) {
      const isChecked = this.#isChecked()
      if (isChecked) this.#set('checked', this.check!.text)
      if (this.#attempt.state !== 'done') this.#set('state', this.#judge(this.#attempt, report, isChecked))
      if (this.#says.success || this.#attempt.state === 'failed') this.#tellLog()
    }
    this.isSimulated ||= this.#attempt?.state === 'done' || report === 'done'
    this.#hasEmptyReport = report === 'failed'
    this.isGenerated ||= this.isSimulated || this.#attempt !== null
    this.#tellAttempt()
  }

  #locate(entries: readonly FolderEntry[]): void {
    const { netlist, log, measure, result } = locatePointFiles(entries)
    this.#netlist = netlist
    this.#measurePath = measure
    this.#resultFolder = result
    this.#log.place(log)
  }

  #lookAtNetlist(): void {
    if (this.isGenerated || this.#netlist === null) return
    const mark = lstatOf(this.#netlist, this.#around.problems)
    this.isGenerated = mark !== null && this.#counts('gen', mark)
  }

  /** What an earlier flow left counts only for a flow that builds on it. */
  #counts(stage: 'gen' | 'run', mark: FileMark): boolean {
    return !this.#around.leftBefore.has(mark) || this.#around.phase.takesOver(stage)
  }

  readonly #countsForRun = (mark: FileMark): boolean => this.#counts('run', mark)

  #lookAtLog(): void {
    const news = this.#log.look(this.#countsForRun, this.#around.problems)
    if (news === 'nothing') return
    const isAwaited = this.#attempt?.state === 'submitted'
    if (this.#attempt === null || (news === 'another' && !isAwaited)) this.#begin('running')
    // The log of the simulation before, which the farm was asked to repeat.
    else if (isAwaited && this.#attempt.attempt > 1 && news !== 'another') return
    this.#set('state', this.#attempt!.state === 'submitted' ? 'running' : this.#attempt!.state)
    const { says } = this.#log
    this.#isLogTold &&= says === this.#says
    this.#says = says
    this.#logWrittenMs = this.#log.mtimeMs
    this.#set('log_path', this.#log.path)
    this.#set('started_at_local', says.startedAt)
    this.#set('elapsed_seconds', says.elapsedSeconds)
    this.#set('cpu_seconds', says.cpuSeconds)
    this.#set('peak_memory_mb', says.peakMemoryMb)
  }

  #lookAtMeasure(): void {
    if (this.#logWrittenMs === null || this.#log.isUnclear) return
    const mayBeComplete =
      this.#says.success || this.#isChecked() || this.#around.phase.isSimulated(this.point.extraction)
    if (!mayBeComplete) return
    const path = this.#measurePath ?? this.#movedMeasure()
    if (path === null) return
    // A simulation begins its log before it writes its measure file: the log is looked at first, at the next look.
    if (this.#isMeasured && this.#log.hasMoved(this.#around.problems)) return
    const measured = this.#measure.look(path, this.#countsForRun, this.#around)
    if (measured === null || (this.#isMeasured && measured.isSame)) return
    if (this.#isMeasured) this.#beginWithSameLog()
    this.#take(measured)
  }

  #movedMeasure(): string | null {
    if (this.#isMeasured || this.#resultFolder === null) return null
    return movedMeasure(this.#resultFolder, this.#around.problems)
  }

  #take({ row }: Measured): void {
    this.#isMeasured = true
    this.#set('measurements', row?.measurements ?? null)
    const failed = Object.entries(row?.failed ?? {}).map(([name, text]) => [name, detached(text)])
    this.#set('failed', row && (Object.fromEntries(failed) as Record<string, string>))
  }

  /** The check is of the file system as it was: a log that was written later is that of another try. */
  #isChecked(): boolean {
    if (this.check === null || this.#attempt === null) return false
    if (this.#logWrittenMs === null) return this.#attempt.attempt === 1
    return this.check.writtenMs >= this.#logWrittenMs
  }

  #judge({ state }: Attempt, report: ReportVerdict | null, isChecked: boolean): AttemptState {
    const { phase, simulator, problems } = this.#around
    if (this.#says.success && simulator !== null && this.#says.simulator !== simulator.toLowerCase()) {
      const message = `expected a simulation by ${simulator}, found one by ${this.#says.simulator ?? 'another'}`
      problems.tell(this.#log.path!, 'warning', message)
      return 'failed'
    }
    if (this.#says.success && this.#isMeasured) return 'done'
    // What was not seen in time, the report tells: only a simulation that delivered has values there.
    if (phase.hasBegun('ext') && report !== null) return report
    if (isChecked && this.check!.verdict === 'incomplete') return 'failed'
    if (phase.isSimulated(this.point.extraction)) {
      const isWithoutSuccess = this.#log.isThere && !this.#says.success
      if (isWithoutSuccess || !phase.hasBegun('ext') || phase.isBehind('ext')) return 'failed'
    }
    return state === 'submitted' ? state : 'running'
  }

  #begin(state: AttemptState): void {
    const { corner, extraction, temperature, voltage_combo } = this.point
    const before = this.#attempt
    if (before !== null && before.state !== 'done') this.#set('state', 'failed')
    this.#tellAttempt()
    this.#attempt = {
      ...{ corner, extraction, temperature, voltage_combo, attempt: (before?.attempt ?? 0) + 1, state },
      ...{ checked: null, farm_id: null, log_path: null, started_at_local: null, elapsed_seconds: null },
      ...{ cpu_seconds: null, peak_memory_mb: null, measurements: null, failed: null },
      seen_at: this.#around.now,
    }
    this.#isAttemptTold = false
    this.#isMeasured = false
    this.#says = parseSimulationLog('')
    this.#logWrittenMs = null
  }

  /** Other values, though the log is that of the attempt before. */
  #beginWithSameLog(): void {
    const [says, writtenMs, before] = [this.#says, this.#logWrittenMs, this.#attempt!]
    this.#begin('running')
    this.#says = says
    this.#logWrittenMs = writtenMs
    for (const field of ofLog) this.#set(field, before[field])
  }

  #set<Field extends keyof Attempt>(field: Field, value: Attempt[Field]): void {
    if (this.#attempt![field] === value) return
    this.#attempt![field] = value
    this.#isAttemptTold = false
  }

  #tellAttempt(): void {
    if (this.#isAttemptTold || this.#attempt === null) return
    this.#isAttemptTold = true
    this.#attempt.seen_at = this.#around.now
    this.#around.attempts.push({ ...this.#attempt })
  }

  #tellLog(): void {
    if (this.#isLogTold) return
    this.#isLogTold = true
    this.#around.simulationLogs.push(simulationLogRecord(this.#log.path!, this.#says, this.point))
  }
}

const ofLog = ['log_path', 'started_at_local', 'elapsed_seconds', 'cpu_seconds', 'peak_memory_mb'] as const
