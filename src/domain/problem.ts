/** Something in a file that the reader must know of. What was skipped is part of what a parser returns. */
export interface Problem {
  /** 1-based line of the file; null when it is about the file as a whole. */
  line: number | null
  /** `error`: something could not be read (exit code 6). `warning`: all was read, but it looks wrong. */
  level: 'error' | 'warning'
  /** What was expected, what was found, what to do. */
  message: string
}

/** A problem with the file that it is in. */
export interface FileProblem extends Problem {
  file: string
}
