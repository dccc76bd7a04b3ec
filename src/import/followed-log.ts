import { mergeSimulationLogs, parseSimulationLog, type SimulationLog } from '../parse/simulation-log.ts'
import { detached, type FileMark, GrowingFile } from './growing-file.ts'
import { lstatOf, type OncePerPath } from './watched-folder.ts'

/** `another`: it is that of another simulation than before. */
export type LogNews = 'nothing' | 'more' | 'another'

/** The log of the simulation of a point, while it is written and when another simulation writes it anew. */
export class FollowedLog {
  /** What it says so far. */
  says = silent
  /** Whether it is where it was seen last. */
  isThere = false
  #file: GrowingFile | null = null
  /** The same, of the lines that are whole. */
  #lines = silent
  /** The log that was there before this one, until it is clear whether it is another simulation's. */
  #before: { says: SimulationLog; sum: number } | null = null

  get path(): string | null {
    return this.#file?.path ?? null
  }

  /** When it was written last, in milliseconds of the file system's clock; null when it was not read. */
  get mtimeMs(): number | null {
    return this.#file?.mtimeMs ?? null
  }

  /** Whether it was begun anew, and does not tell yet whether by another simulation. */
  get isUnclear(): boolean {
    return this.#before !== null
  }

  /** Tells where it lies now; null when it is gone. */
  place(path: string | null): void {
    this.isThere = path !== null
    if (path === null || path === this.path) return
    if (this.mtimeMs !== null) this.#restart()
    this.#file = new GrowingFile(path, mostOfLog)
  }

  /** Whether it was written since the last look. */
  hasMoved(problems: OncePerPath): boolean {
    if (this.#file === null || !this.isThere) return false
    const mark = lstatOf(this.#file.path, problems)
    return mark !== null && this.#file.wants(mark)
  }

  /** Reads on. `counts`: whether a version of it is of interest. */
  look(counts: (mark: FileMark) => boolean, problems: OncePerPath): LogNews {
    const file = this.#file
    if (file === null || !this.isThere) return 'nothing'
    const mark = lstatOf(file.path, problems)
    if (mark === null || !file.wants(mark) || !counts(mark)) return 'nothing'
    const growth = problems.guard(file.path, () =>
      file.look({
        restart: () => {
          this.#restart()
        },
        take: (lines) => {
          this.#lines = together(this.#lines, lines)
        },
      }),
    )
    if (growth === null) return 'nothing'
    this.says = growth.rest === '' ? this.#lines : together(this.#lines, growth.rest)
    if (this.#before === null) return 'more'
    const isAnother = isAnotherSimulation(
      { ...this.#before },
      { says: this.says, sum: file.sum },
      growth.settled && mark.size > 0,
    )
    if (isAnother === null) return 'nothing'
    this.#before = null
    return isAnother ? 'another' : 'more'
  }

  #restart(): void {
    this.#before ??= { says: this.says, sum: this.#file!.sum }
    this.#lines = this.says = silent
  }
}

interface LogVersion {
  says: SimulationLog
  /** Of its text. */
  sum: number
}

/** Null while it cannot be told: the log has only just been begun. */
function isAnotherSimulation(before: LogVersion, now: LogVersion, isSettled: boolean): boolean | null {
  const start = before.says.startedAt
  if (start !== null && now.says.startedAt !== null && start !== now.says.startedAt) return true
  if (!now.says.success && !isSettled) return null
  // A simulator may write its log anew while it runs.
  if (start !== null && start === now.says.startedAt && !before.says.success) return false
  return before.sum !== now.sum
}

const silent: SimulationLog = parseSimulationLog('')

/** Of a log that grew by more between two looks, the middle is not read: the facts stand at its ends. */
const mostOfLog = 1024 * 1024

/** A log's texts are parts of the lines that were read, and would keep them in memory. */
function together(before: SimulationLog, lines: string): SimulationLog {
  const says = mergeSimulationLogs(before, parseSimulationLog(lines))
  const { simulator, version, startedAt, workingDirectory } = says
  return {
    ...says,
    simulator: simulator === before.simulator ? before.simulator : detached(simulator),
    version: version === before.version ? before.version : detached(version),
    startedAt: startedAt === before.startedAt ? before.startedAt : detached(startedAt),
    workingDirectory:
      workingDirectory === before.workingDirectory ? before.workingDirectory : detached(workingDirectory),
    // The folder tells it.
    point: null,
  }
}
