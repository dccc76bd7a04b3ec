import type { FileProblem, Problem } from '../domain/problem.ts'

export type Kind =
  | 'measure file'
  | 'creport'
  | 'corner report'
  | 'config'
  | 'simulation log'
  | 'backup folder'
  | 'domain folder'

/** What a path is, and what is read from it. */
export interface Inspection {
  /** The answer as JSON. */
  value: { kind: Kind; path: string; problems: readonly (Problem | FileProblem)[] } & Record<string, unknown>
  /** The head of the answer for people. */
  fields: readonly (readonly [label: string, text: unknown])[]
  /** The contents as rows. */
  table: { names: string[]; rows: Record<string, unknown>[] }
}
