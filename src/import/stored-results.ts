import { type PvtPoint, pointName } from '../domain/point.ts'
import type { Result } from '../domain/result.ts'
import type { Database } from '../store/database.ts'
import { pagesOfAlter } from '../store/result-pages.ts'
import { countResults, findResults, type StoredResult } from '../store/results.ts'
import { resultKey } from './merge-sources.ts'

/** A job with up to so many results is read at once: about 60 MB. */
const fewRows = 20_000

/** What a job has stored before an import, to be compared with what was read. */
export class StoredResults {
  readonly #db: Database
  readonly #jobId: string
  /** All of them, when they are few. */
  readonly all: readonly StoredResult[] | null
  readonly #byKey: Map<string, StoredResult> | null

  private constructor(db: Database, jobId: string, all: readonly StoredResult[] | null) {
    this.#db = db
    this.#jobId = jobId
    this.all = all
    this.#byKey = all && new Map(all.map((result) => [resultKey(result), result]))
  }

  static async open(db: Database, jobId: string, expected: readonly PvtPoint[]): Promise<StoredResults> {
    const count = await countResults(db, jobId)
    const all = count === 0 ? [] : count <= fewRows ? await findResults(db, jobId, expected) : null
    return new StoredResults(db, jobId, all)
  }

  get isEmpty(): boolean {
    return this.all?.length === 0
  }

  /** The stored rows of the keys of these results, by `resultKey`. */
  async of(results: readonly Result[]): Promise<ReadonlyMap<string, StoredResult>> {
    if (this.#byKey !== null) return this.#byKey
    const found = new Map<string, StoredResult>()
    for (const { point, alter, range } of rangesOf(results)) {
      for await (const page of pagesOfAlter(this.#db, this.#jobId, point, alter, range)) {
        for (const row of page) found.set(resultKey(row), row)
      }
    }
    return found
  }
}

interface Range {
  point: Result
  alter: number
  range: [first: number, last: number]
}

/** The row numbers of each point and alter, of rows that stand together. */
function rangesOf(results: readonly Result[]): Range[] {
  const ranges = new Map<string, Range>()
  for (const result of results) {
    const key = `${pointName(result)} ${result.alter_number}`
    const known = ranges.get(key)
    if (known === undefined) {
      const { alter_number: alter, row_number } = result
      ranges.set(key, { point: result, alter, range: [row_number, row_number] })
      continue
    }
    known.range[0] = Math.min(known.range[0], result.row_number)
    known.range[1] = Math.max(known.range[1], result.row_number)
  }
  return [...ranges.values()]
}
