import { type CheckedPoint, parseJobStat } from '../parse/job-stat.ts'
import { type FileMark, isSameMark } from './growing-file.ts'
import { readTextFile } from './read-file.ts'
import { lstatOf, type OncePerPath } from './watched-folder.ts'

/** job_stat.log, which the flow's own check writes anew each time. */
export class FollowedCheck {
  readonly #texts = new Map<string, string>()
  #read: FileMark | null = null
  #isWhole = false

  constructor(
    readonly path: string,
    readonly problems: OncePerPath,
  ) {}

  /** What it says, when it says something new; and when it was written, in milliseconds of the file system's clock. */
  look(
    final: boolean,
    counts: (mark: FileMark) => boolean,
  ): { checked: CheckedPoint[]; writtenMs: number } | null {
    const mark = lstatOf(this.path, this.problems)
    if (mark === null || !counts(mark)) return null
    const isSettled = isSameMark(mark, this.#read)
    if (isSettled && this.#isWhole) return null
    this.#read = mark
    const text = this.problems.guard(this.path, () => readTextFile(this.path).text)
    this.#isWhole = text === null || text.endsWith('\n') || isSettled || final
    if (text === null) return null
    const { checked, problems } = parseJobStat(text, { final: this.#isWhole })
    for (const { level, message, line } of problems) this.problems.tell(this.path, level, message, line)
    return { checked: checked.map((point) => this.#slim(point)), writtenMs: mark.mtimeMs }
  }

  /** The same few words stand beside every point. */
  #slim(checked: CheckedPoint): CheckedPoint {
    const known = this.#texts.get(checked.text)
    if (known === undefined) this.#texts.set(checked.text, checked.text)
    return { ...checked, text: known ?? checked.text }
  }
}
