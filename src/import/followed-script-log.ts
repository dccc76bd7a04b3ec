import { toInstant, type Zone } from '../domain/local-time.ts'
import type { StageName } from '../domain/stage.ts'
import { parseScriptLog, type ScriptLogEntry } from '../parse/script-log.ts'
import { detached, type FileMark, GrowingFile } from './growing-file.ts'
import { lstatOf, type OncePerPath } from './watched-folder.ts'

/** Something that the flow's scripts said. */
export interface FlowEvent {
  kind: 'flow_start' | 'stage' | 'flow_end'
  stage: StageName | null
  /** Of a run in mode polo. */
  extraction: string | null
  /** ISO 8601 UTC, from the log's local time. A flow's end has no time in the log: the best that is known. */
  at: string
}

/** script_logging.log from some place on; the file may be rotated, cut, replaced or missing. */
export class FollowedScriptLog {
  readonly #file: GrowingFile
  readonly #zone: Zone
  readonly #problems: OncePerPath
  /** Only the last flow of what is read first counts. */
  #isLatestOnly: boolean
  /** What was given of the present flow, to know it again in a file that was written anew. */
  #given = new Set<string>()
  #isReplay = false
  #isLeftOut = false
  #startAt = ''
  #lastAt: string

  /** `since`: nothing in a file that is written anew is older than this, ISO 8601 UTC. */
  constructor(
    path: string,
    options: { start: 'now' | 'latest-flow'; since: string; zone: Zone; problems: OncePerPath },
  ) {
    this.#file = new GrowingFile(path)
    this.#zone = options.zone
    this.#problems = options.problems
    this.#isLatestOnly = options.start === 'latest-flow'
    // A start is told to the minute.
    this.#lastAt = this.#isLatestOnly ? '' : `${options.since.slice(0, 16)}:00.000Z`
    if (!this.#isLatestOnly) this.#problems.guard(path, () => (this.#file.skip(), true))
  }

  /** What was said since the last look. `final`: a last line is whole without a newline. */
  look(final: boolean): FlowEvent[] {
    const { path } = this.#file
    const mark = lstatOf(path, this.#problems)
    if (mark === null || !(final || this.#file.wants(mark))) return []
    let events: FlowEvent[] = []
    const take = (text: string, isFinal: boolean): void => {
      const { entries, problems } = parseScriptLog(text, { final: isFinal })
      for (const problem of problems) {
        // The line is counted from where this look began, which helps nobody.
        this.#problems.tell(path, problem.level, problem.message)
      }
      for (const entry of entries) {
        if (entry.kind === 'flow_start' && this.#isLatestOnly) events = []
        const event = this.#eventOf(entry, mark)
        if (event !== null) events.push(event)
      }
    }
    const growth = this.#problems.guard(path, () =>
      this.#file.look({
        restart: () => {
          this.#isReplay = true
        },
        take: (lines) => {
          take(lines, false)
        },
      }),
    )
    if (growth === null) return events
    // It stays behind the last newline, and is read again at the next look.
    this.#isReplay ||= final
    if (final && growth.rest !== '') take(growth.rest, true)
    this.#isLatestOnly = false
    this.#isReplay = false
    return events
  }

  #eventOf(entry: ScriptLogEntry, { mtimeMs }: FileMark): FlowEvent | null {
    const isEnd = entry.kind === 'flow_end'
    const at = isEnd ? this.#endOf(entry.hours, mtimeMs) : toInstant(entry.at, this.#zone).instant
    const stage = entry.kind === 'stage' ? entry.stage : null
    const key = isEnd ? 'end' : `${stage ?? 'start'} ${at}`
    if (this.#isReplay) {
      const isOld = isEnd ? this.#isLeftOut : at < this.#lastAt
      this.#isLeftOut = isOld || this.#given.has(key)
      if (this.#isLeftOut) return null
    }
    if (entry.kind === 'flow_start') {
      this.#given = new Set()
      this.#startAt = at
    }
    this.#given.add(key)
    this.#lastAt = at
    const extraction = entry.kind === 'stage' ? detached(entry.extraction) : null
    return { kind: entry.kind, stage, extraction, at }
  }

  /**
   * The end's line was written last, unless others stand behind it by now: then the hours since the start tell, to the
   * hundredth, and the start is told to the minute.
   */
  #endOf(hours: number | null, writtenMs: number): string {
    const told = hours === null || this.#startAt === '' ? null : Date.parse(this.#startAt) + hours * 3_600_000
    const endMs = told === null || writtenMs <= told + 78_000 ? writtenMs : told
    const end = new Date(endMs).toISOString()
    return end < this.#lastAt ? this.#lastAt : end
  }
}
