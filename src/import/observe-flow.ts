import { KnownHeads } from '../parse/known-heads.ts'
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Attempt } from '../domain/attempt.ts'
import { systemZone, type Zone } from '../domain/local-time.ts'
import { type PvtPoint, pointName } from '../domain/point.ts'
import type { FileProblem } from '../domain/problem.ts'
import type { StageName } from '../domain/stage.ts'
import { isBackupName } from '../parse/backup-name.ts'
import type { SimulationLogRecord } from '../store/simulation-logs.ts'
import { FlowPhase } from './flow-phase.ts'
import { FollowedBackups } from './followed-backups.ts'
import { FollowedCheck } from './followed-check.ts'
import { FollowedFarm } from './followed-farm.ts'
import { FollowedPoint, type PointSurroundings } from './followed-point.ts'
import { FollowedReports } from './followed-reports.ts'
import { type FlowEvent, FollowedScriptLog } from './followed-script-log.ts'
import type { FileMark } from './growing-file.ts'
import { LeftBefore } from './left-before.ts'
import { locatePointFiles, movedMeasure } from './point-files.ts'
import { ExpectedPoints, PointFolders } from './point-folders.ts'
import { type FolderEntry, lstatOf, OncePerPath, WatchedFolder } from './watched-folder.ts'

export type { FlowEvent } from './followed-script-log.ts'

/** How far a stage is, counted in points. */
export interface StageCount {
  stage: StageName
  /** Never goes back. */
  done: number
  failed: number
  /** Null where the configuration does not tell. */
  expected: number | null
}

/** What one look at a flow gave. */
export interface Sighting {
  /** What the scripts said since the last look. */
  events: FlowEvent[]
  /** The present counts, of the stages gen to bkp. */
  progress: StageCount[]
  /** Simulations that are new, or of which something changed. */
  attempts: Attempt[]
  /** Logs of simulations that ended. */
  simulationLogs: SimulationLogRecord[]
  /** Backups that are new or changed, once each is complete. */
  newBackups: string[]
  /** Each is named once. */
  problems: FileProblem[]
}

export interface FlowObserverOptions {
  /** The folder in which the flow runs. */
  domain: string
  /** What the configuration implies, in flow order; none where there is no configuration. */
  points: readonly PvtPoint[]
  /** Whose success counts, as config.cfg spells it; null: any. */
  simulator: string | null
  /** `now`: what happens from here on; `latest-flow`: from the last start in script_logging.log. */
  start: 'now' | 'latest-flow'
  /** ISO 8601 UTC. */
  now: () => string
  /** In which the scripts write their times; this machine's by default. */
  zone?: Zone
}

/**
 * Follows a flow by the files that it writes: what its scripts say, how far each stage is, and what became of every
 * simulation before the flow deletes it. It only reads, a little at each look, and holds no texts. Nothing that happens
 * in the file system makes it throw. Files: formats.md, sections 1, 4 and 8.
 */
export class FlowObserver {
  readonly #options: FlowObserverOptions
  readonly #domain: string
  readonly #problems = new OncePerPath()
  readonly #expected: ExpectedPoints
  readonly #root: WatchedFolder
  readonly #reportFolder: WatchedFolder
  readonly #folders: PointFolders
  readonly #scriptLog: FollowedScriptLog
  readonly #farm: FollowedFarm
  readonly #check: FollowedCheck
  readonly #reports: FollowedReports
  readonly #backups: FollowedBackups
  readonly #leftBefore = new LeftBefore()
  readonly #phase = new FlowPhase()
  readonly #points = new Map<string, FollowedPoint>()
  readonly #around: PointSurroundings
  #isFirst = true

  constructor(options: FlowObserverOptions) {
    this.#options = options
    const { points, simulator, start, zone = systemZone } = options
    const domain = this.#problems.guard(options.domain, () => realpathSync(options.domain)) ?? options.domain
    this.#domain = domain
    const problems = this.#problems
    this.#expected = new ExpectedPoints(points)
    this.#root = new WatchedFolder(domain, domain, problems, (name) => this.#matters(name))
    this.#reportFolder = new WatchedFolder(join(domain, 'report'), domain, problems, isReport)
    this.#folders = new PointFolders(domain, this.#expected, problems)
    this.#farm = new FollowedFarm(join(domain, 'job_log.txt'), points, problems)
    this.#check = new FollowedCheck(join(domain, 'job_stat.log'), problems)
    this.#reports = new FollowedReports(this.#expected, problems)
    this.#backups = new FollowedBackups(zone, problems)
    const now = options.now()
    this.#around = {
      ...{ leftBefore: this.#leftBefore, phase: this.#phase, simulator, problems, now },
      heads: new KnownHeads(),
      ...{ attempts: [], simulationLogs: [] },
    }
    this.#scriptLog = new FollowedScriptLog(join(domain, 'script_logging.log'), {
      ...{ start, since: now, zone, problems },
    })
    if (start === 'now') this.#leaveOutWhatIsThere()
  }

  /** What is new since the last look. `final`: the flow is over, and what stands half-written stays so. */
  look(final = false): Sighting {
    this.#around.now = this.#options.now()
    this.#around.attempts = []
    this.#around.simulationLogs = []
    const listed = this.#root.look(final)
    const root = listed === 'gone' ? [] : listed
    const events = this.#scriptLog.look(final)
    const flowStartMs = this.#isFirst ? this.#begin(root ?? [], events) : null
    this.#isFirst = false
    for (const event of events) this.#take(event)
    this.#lookAtFarm(final, flowStartMs)
    this.#folders.look(root, final, (point, entries) => {
      this.#pointOf(point).look(entries)
    })
    this.#lookAtReports(root, final)
    for (const point of this.#reports.judged()) this.#pointOf(point)
    for (const [name, point] of this.#points) point.settle(this.#reports.verdictOn(name))
    return {
      events,
      progress: this.#progress(),
      attempts: this.#around.attempts,
      simulationLogs: this.#around.simulationLogs,
      newBackups: this.#backups.take(final || this.#phase.isOver),
      problems: this.#problems.take(),
    }
  }

  /** What of the domain's folder is looked at; of links by other names nothing is said. */
  #matters(name: string): boolean {
    return isBackupName(name) || isReport(name) || this.#expected.hasCorner(name)
  }

  /** Of an earlier flow, it counts from its next change on. */
  #leaveOutWhatIsThere(): void {
    const add = (path: string): void => {
      const mark = lstatOf(path, this.#problems)
      if (mark !== null) this.#leftBefore.add(mark)
    }
    this.#farm.skip()
    add(this.#check.path)
    // Folders of their own: the first look is to list everything again.
    const domain = this.#domain
    const root = entriesOf(new WatchedFolder(domain, domain, this.#problems, this.#root.matters).look())
    const reports = new WatchedFolder(join(domain, 'report'), domain, this.#problems, isReport).look()
    this.#backups.skip(root)
    new PointFolders(domain, this.#expected, this.#problems).look(root, false, (_, entries) => {
      const { netlist, log, measure, result } = locatePointFiles(entriesOf(entries))
      const moved = result === null ? null : movedMeasure(result, this.#problems)
      for (const path of [netlist, log, measure, moved]) if (path !== null) add(path)
    })
    for (const { name, path } of [...root, ...entriesOf(reports)]) if (isReport(name)) add(path)
  }

  /** When the latest flow is followed: leaves out what is older than its start, and gives that, in milliseconds. */
  #begin(root: readonly FolderEntry[], events: readonly FlowEvent[]): number | null {
    if (this.#options.start === 'now') return null
    const start = events.find(({ kind }) => kind === 'flow_start')
    // Where no start is known, all that is there may be the flow's, but for its backups.
    this.#backups.skipBefore(root, start?.at ?? this.#around.now)
    if (start === undefined) return null
    const startMs = Date.parse(start.at)
    this.#leftBefore.startedAt(startMs)
    return startMs
  }

  #take({ kind, stage, extraction }: FlowEvent): void {
    if (kind === 'flow_start') this.#phase.start()
    if (kind === 'flow_end') this.#phase.end()
    if (stage === null) return
    this.#phase.begin(stage, extraction)
    if (stage === 'run') this.#farm.begin(extraction)
  }

  #lookAtFarm(final: boolean, flowStartMs: number | null): void {
    const isOver = this.#phase.isBehind('run')
    for (const { point, id } of this.#farm.look({ final, isOver, flowStartMs })) {
      this.#pointOf(point).submitted(id)
    }
    const found = this.#check.look(final, (mark) => !this.#leftBefore.has(mark))
    for (const { point, verdict, text } of found?.checked ?? []) {
      if (this.#expected.has(point)) {
        this.#pointOf(point).check = { verdict, text, writtenMs: found!.writtenMs }
      }
    }
  }

  #lookAtReports(root: readonly FolderEntry[] | null, final: boolean): void {
    const counts = (stage: StageName) => (mark: FileMark) =>
      !this.#leftBefore.has(mark) || this.#phase.takesOver(stage)
    this.#reports.add(root ?? [])
    this.#reports.add(entriesOf(this.#reportFolder.look(final)))
    this.#reports.lookAtCreport(this.#domain, counts('srt'))
    this.#reports.lookAtCreport(this.#reportFolder.path, counts('srt'))
    this.#backups.look(root, final, this.#reports)
    this.#reports.look(counts('ext'), this.#phase.isBehind('ext'))
  }

  #pointOf(point: PvtPoint): FollowedPoint {
    const name = pointName(point)
    const known = this.#points.get(name)
    if (known !== undefined) return known
    const followed = new FollowedPoint(point, this.#around)
    this.#points.set(name, followed)
    return followed
  }

  #progress(): StageCount[] {
    const expected = this.#expected.count
    let [generated, simulated, failed] = [0, 0, 0]
    for (const point of this.#points.values()) {
      if (point.isGenerated) generated += 1
      if (point.isSimulated) simulated += 1
      else if (point.hasFailed) failed += 1
    }
    const extracted = this.#reports.count('done')
    const unextracted = this.#reports.count('failed')
    return [
      { stage: 'gen', done: generated, failed: 0, expected },
      { stage: 'run', done: simulated, failed, expected },
      { stage: 'ext', done: extracted, failed: unextracted, expected },
      { stage: 'srt', done: this.#reports.sorted, failed: 0, expected },
      { stage: 'bkp', done: this.#backups.moved, failed: 0, expected },
    ]
  }
}

const isReport = (name: string): boolean => /^c?report.*\.txt$/.test(name)

const entriesOf = (entries: FolderEntry[] | null | 'gone'): FolderEntry[] =>
  Array.isArray(entries) ? entries : []
