import { kindOf } from '../domain/cross-extraction.ts'
import type { PvtPoint } from '../domain/point.ts'
import { assignFarmIds, type FarmBatch, farmBatch, parseJobLog } from '../parse/job-log.ts'
import { detached, GrowingFile } from './growing-file.ts'
import { lstatOf, type OncePerPath } from './watched-folder.ts'

/** job_log.txt: which number the farm gave to which point. */
export class FollowedFarm {
  readonly #file: GrowingFile
  readonly #points: readonly PvtPoint[]
  readonly #problems: OncePerPath
  readonly #batches: FarmBatch[] = []
  /** Batches before this one take no more ids: the flow had begun the next one when the file was read last. */
  #open = 0
  /** Ids beyond the batches that are known: those of a batch whose start is not read yet, or of a repetition. */
  #pending: string[] = []
  #isFirst = true
  #isFinal = false

  constructor(path: string, points: readonly PvtPoint[], problems: OncePerPath) {
    this.#file = new GrowingFile(path)
    this.#points = points
    this.#problems = problems
  }

  /** Leaves out the ids that are there by now. */
  skip(): void {
    this.#problems.guard(this.#file.path, () => {
      this.#file.skip()
      return true
    })
  }

  /** The flow began to submit. */
  begin(extraction: string | null): void {
    const kind = extraction === null ? null : kindOf(extraction)
    const isNamed = this.#points.some((point) => point.extraction === extraction)
    const ofKind =
      isNamed || kind === null ? null : this.#points.filter((point) => kindOf(point.extraction) === kind)
    // Older scripts have other names for the extractions of the cross corners.
    const points = ofKind?.map((point) => ({ ...point, extraction: extraction! }))
    this.#batches.push(points === undefined ? farmBatch(this.#points, extraction) : { points, ids: [] })
  }

  /**
   * The ids that are new, with their points. To be called when the starts of batches are known that stood in the script log
   * before: the ids of a batch come behind its start.
   */
  look({ final, isOver, flowStartMs }: FarmLook): FarmedPoint[] {
    const mark = lstatOf(this.#file.path, this.#problems)
    const isFirst = this.#isFirst
    this.#isFirst = false
    if (mark === null) return this.#assign([], isOver)
    if (isFirst && flowStartMs !== null && mark.mtimeMs < flowStartMs) this.skip()
    let ids = final || this.#file.wants(mark) ? this.#read(final) : []
    if (isFirst && flowStartMs !== null && ids.length > this.#room()) {
      this.#tell(
        `${ids.length} farm ids, those of earlier flows among them: which point each is of is not known`,
      )
      this.#open = this.#batches.length
      ids = []
    }
    return this.#assign(ids, isOver)
  }

  #read(final: boolean): string[] {
    const ids: string[] = []
    const take = (text: string, isFinal: boolean): void => {
      const found = parseJobLog(text, { final: isFinal })
      for (const { level, message } of found.problems) {
        this.#problems.tell(this.#file.path, level, message)
      }
      for (const { id } of found.ids) ids.push(detached(id))
    }
    const growth = this.#problems.guard(this.#file.path, () =>
      this.#file.look({
        restart: () => {
          // A batch begins the file anew.
          this.#open = Math.max(0, this.#batches.length - 1)
        },
        take: (lines) => {
          take(lines, false)
        },
      }),
    )
    // It stays behind the last newline, and would be read again.
    if (growth !== null && final && !this.#isFinal) take(growth.rest, true)
    this.#isFinal ||= final
    return ids
  }

  /** How many ids the batches can take that have begun. */
  #room(): number {
    return this.#batches.reduce((sum, { points }) => sum + points.length, 0)
  }

  #assign(ids: readonly string[], isOver: boolean): FarmedPoint[] {
    const waited = this.#pending.length
    const { matched, unmatched } = assignFarmIds([...this.#pending, ...ids], this.#batches.slice(this.#open))
    this.#pending = this.#points.length === 0 ? [] : unmatched
    this.#tellShort(isOver)
    if (this.#pending.length > 0 && (isOver || unmatched.length === waited)) {
      this.#tell(
        `${unmatched.length} farm ids more than points to simulate (${unmatched[0]!} …): of simulations that were repeated, and not told by which`,
      )
      this.#pending = []
    }
    this.#open = Math.max(this.#open, this.#batches.length - 1)
    return matched
  }

  /** Batches that are over and lack ids. */
  #tellShort(isOver: boolean): void {
    for (const { points, ids } of this.#batches.slice(this.#open, isOver ? undefined : -1)) {
      if (ids.length === 0 || ids.length === points.length) continue
      const { extraction } = points[0]!
      this.#tell(
        `expected a farm id for each of ${points.length} points of ${extraction}, found ${ids.length}: some may stand beside a wrong point`,
      )
    }
  }

  #tell(message: string): void {
    this.#problems.tell(this.#file.path, 'warning', message)
  }
}

export interface FarmedPoint {
  point: PvtPoint
  /** The farm's number, as text. */
  id: string
}

export interface FarmLook {
  /** A last line is whole without a newline. */
  final: boolean
  /** Nothing more is submitted. */
  isOver: boolean
  /** When the flow that is followed from its start began: what is older is that of an earlier one. Else null. */
  flowStartMs: number | null
}
