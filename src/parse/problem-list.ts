import type { Problem } from '../domain/problem.ts'

/** The problems of a file as they are found; beyond the first thousand they are only counted. */
export class ProblemList {
  readonly #listed: Problem[] = []
  #more = 0
  #hasMoreErrors = false

  get length(): number {
    return this.#listed.length + this.#more
  }

  /** Adds a problem. A damaged file of 300 MB has millions, which nobody reads and no memory holds. */
  readonly tell = (problem: Problem): void => {
    if (this.#listed.length < mostListed) {
      this.#listed.push(problem)
      return
    }
    this.#more += 1
    this.#hasMoreErrors ||= problem.level === 'error'
  }

  /** All that is listed, in the order in which it was told. */
  list(): Problem[] {
    if (this.#more === 0) return [...this.#listed]
    const level = this.#hasMoreErrors ? 'error' : 'warning'
    return [...this.#listed, { line: null, level, message: `${this.#more} more problems are not listed` }]
  }
}

const mostListed = 1000
