import type { Disagreement, ValueChange } from '../domain/combine-results.ts'
import { type PvtPoint, pointName, samePoint } from '../domain/point.ts'
import { addToTotals, emptyTotals, type PointTotals } from '../domain/point-totals.ts'
import type { Rank } from '../domain/provenance.ts'
import type { Result } from '../domain/result.ts'
import { ownRow } from '../domain/telling.ts'
import type { Vanished } from '../domain/vanished.ts'
import type { Database } from '../store/database.ts'
import { findImportedFiles, mostListed } from '../store/imports.ts'
import type { StoredResult } from '../store/results.ts'
import {
  deleteResults,
  insertResults,
  type ResultOrigin,
  updateOtherSources,
  updateResult,
} from '../store/write-results.ts'
import { compareWithStored, type Comparing, type Comparison, saysWhatIsStored } from './compare-results.ts'
import type { IsDoubtful, TellsNoMore } from './doubts.ts'
import type { Merged } from './merge-sources.ts'
import type { StoredResults } from './stored-results.ts'

export interface SessionOptions extends ResultOrigin {
  path: string
  rank: Rank
  dryRun: boolean
  prune: boolean
  /** The imports of the same path before this one. */
  earlier: ReadonlySet<string>
  isDoubtful: IsDoubtful
  tellsNoMore: TellsNoMore
}

/** A stored row that is not in the path any more. */
export interface VanishedRow {
  row: StoredResult
  /** A file of another path that tells it, too. */
  told_by: string | null
}

/** A list that is cut at `mostListed`, and how long it would be. */
export class CountedList<Item> {
  readonly listed: Item[] = []
  count = 0

  add(items: readonly Item[]): void {
    for (const item of items) {
      this.count += 1
      if (this.listed.length < mostListed) this.listed.push(item)
    }
  }
}

/**
 * One import on its way into a job: takes what was read in any number of portions, compares each with what is stored,
 * writes the difference, and adds up what it did. Needs memory for the points, not for the rows.
 */
export class ImportSession {
  readonly counts = { new: 0, updated: 0, unchanged: 0, measurements: 0, failed: 0, pruned: 0 }
  readonly disagreements = new CountedList<Disagreement>()
  readonly changes = new CountedList<ValueChange>()
  readonly vanished = new CountedList<Vanished>()
  /** Every point that has a row, by its name. */
  readonly points = new Map<string, PvtPoint>()
  /** The names of the points that have a row of the preferred source. */
  readonly preferred = new Set<string>()
  /** The greatest row number of each point and alter; empty where no import of the path was before. */
  readonly seen = new Map<string, number>()
  /** Rows about whose other sources more is known. */
  confirmed = 0
  readonly #db: Database
  readonly #stored: StoredResults
  readonly #options: SessionOptions
  #comparing: Comparing
  /** What a job of few rows consists of afterwards: for the summaries. Null for one of many. */
  readonly #added: Result[] | null
  readonly #replaced = new Map<string, Result>()
  readonly #removed = new Set<string>()
  /** The totals of points of which nothing was stored before. */
  readonly #totals = new Map<string, PointTotals>()
  #last: { point: PvtPoint; name: string } | null = null

  constructor(db: Database, stored: StoredResults, options: SessionOptions, keepsRows: boolean) {
    this.#db = db
    this.#stored = stored
    this.#options = options
    this.#comparing = options
    this.#added = keepsRows ? [] : null
  }

  /** All rows of the job as they are now, those of a point in their order; null where there are too many. */
  get rows(): Result[] | null {
    if (this.#added === null || this.#stored.all === null) return null
    const left = this.#stored.all.filter(({ result_id }) => !this.#removed.has(result_id))
    const rows = [...left.map((result) => this.#replaced.get(result.result_id) ?? result), ...this.#added]
    // A row may come behind others of its point that were stored before; a mean depends on the order of the sum.
    return rows.sort((a, b) => a.alter_number - b.alter_number || a.row_number - b.row_number)
  }

  /** The totals of the points that are wholly of this import, by name; for a job of many rows. */
  get totals(): ReadonlyMap<string, PointTotals> {
    return this.#totals
  }

  /** The imports of the same path before this one. */
  get earlier(): ReadonlySet<string> {
    return this.#options.earlier
  }

  /** Whether the database says something else now than before. */
  get hasWritten(): boolean {
    return this.counts.new + this.counts.updated + this.counts.pruned + this.confirmed > 0
  }

  /** Compares and stores rows, each key of the import once. */
  async store({ results, disagreements, tellings = [] }: Merged): Promise<void> {
    this.disagreements.add(disagreements)
    const stored = await this.#stored.of(results)
    const added: Result[] = []
    const compared: { present: string; comparison: Comparison }[] = []
    for (const [place, result] of results.entries()) {
      const point = this.#count(result)
      const present =
        stored.size === 0 ? undefined : stored.get(`${point} ${result.alter_number} ${result.row_number}`)
      if (present === undefined) added.push(result)
      else if (saysWhatIsStored(present, result, this.earlier)) this.counts.unchanged += 1
      else {
        const comparison = await this.#compare(present, result, tellings[place])
        compared.push({ present: present.result_id, comparison })
      }
    }
    await this.#insert(added)
    for (const { present, comparison } of compared) {
      if (comparison.write === 'row') this.counts.updated += 1
      else this.counts.unchanged += 1
      await this.#apply(present, comparison)
    }
  }

  /** Takes rows of other paths that are not in this one any more, but some of whose values it has brought. */
  async leave(rows: readonly StoredResult[]): Promise<void> {
    for (const present of rows) {
      const own = ownRow(present)
      const comparison = await this.#compare(present, own, [own], present.import_id!)
      if (comparison.write === 'row') this.counts.updated += 1
      await this.#apply(present.result_id, comparison)
    }
  }

  /** Which files the path has had matters only where something has vanished and another source may tell it. */
  async #compare(
    present: StoredResult,
    result: Result,
    tellings: readonly Result[] | undefined,
    importId = this.#options.importId,
  ): Promise<Comparison> {
    const compared = (): Comparison =>
      compareWithStored(present, result, { ...this.#comparing, importId }, tellings)
    const comparison = compared()
    const { filesOfPath } = this.#comparing
    if (comparison.vanished.length === 0 || filesOfPath !== undefined) return comparison
    const files = await findImportedFiles(this.#db, this.#options.jobId, this.#options.path)
    this.#comparing = { ...this.#comparing, filesOfPath: files }
    return compared()
  }

  /** Counts a row, and gives the name of its point. */
  #count(result: Result): string {
    const point = this.#nameOf(result)
    if (!this.points.has(point)) this.points.set(point, result)
    if (this.#options.rank(result.source) < 0) this.preferred.add(point)
    if (this.earlier.size > 0) {
      const alter = `${point} ${result.alter_number}`
      if (result.row_number > (this.seen.get(alter) ?? 0)) this.seen.set(alter, result.row_number)
    }
    this.counts.measurements += Object.keys(result.measurements).length
    if (result.status === 'failed') this.counts.failed += Object.keys(result.failed).length
    return point
  }

  /** Rows come point by point: making and keeping a name for each of a million takes longer than all else here. */
  #nameOf(result: Result): string {
    if (this.#last === null || !samePoint(this.#last.point, result)) {
      this.#last = { point: result, name: pointName(result) }
    }
    return this.#last.name
  }

  /** Takes rows that are not in the path any more; with `prune` those go that no other path tells. */
  async vanish(rows: readonly VanishedRow[]): Promise<void> {
    const { prune, dryRun, jobId } = this.#options
    const removed = prune ? rows.filter(({ told_by }) => told_by === null).map(({ row }) => row) : []
    this.vanished.add(
      rows.map(({ row, told_by }) => ({
        point: pointName(row),
        alter_number: row.alter_number,
        row_number: row.row_number,
        measurement: null,
        value: null,
        file: row.mt0_file_path,
        removed: prune && told_by === null,
        told_by,
      })),
    )
    this.counts.pruned += removed.length
    for (const { result_id } of removed) this.#removed.add(result_id)
    if (removed.length > 0 && !dryRun) await deleteResults(this.#db, jobId, removed)
  }

  async #insert(added: readonly Result[]): Promise<void> {
    if (added.length === 0) return
    if (!this.#options.dryRun) await insertResults(this.#db, added, this.#options, this.counts.new)
    this.counts.new += added.length
    if (this.#added === null) for (const result of added) this.#addToTotals(result)
    else for (const result of added) this.#added.push(result)
  }

  async #apply(resultId: string, { write, result, importId, ...found }: Comparison): Promise<void> {
    this.changes.add(found.changes)
    this.disagreements.add(found.disagreements)
    this.vanished.add(found.vanished)
    if (write === 'nothing') return
    if (write === 'other_sources') this.confirmed += 1
    if (this.#added !== null) this.#replaced.set(resultId, result)
    if (this.#options.dryRun) return
    if (write === 'row') await updateResult(this.#db, this.#options.jobId, result, importId)
    else await updateOtherSources(this.#db, this.#options.jobId, result)
  }

  #addToTotals(result: Result): void {
    const name = this.#nameOf(result)
    let totals = this.#totals.get(name)
    if (totals === undefined) {
      totals = emptyTotals(result)
      this.#totals.set(name, totals)
    }
    addToTotals(totals, result)
  }
}
