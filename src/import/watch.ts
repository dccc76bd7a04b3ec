/** How far an import is. */
export interface ImportProgress {
  files: number
  filesTotal: number
  /** Read so far. */
  bytes: number
}

/** What an import lets others know and asks of them, after each file and each portion of a large one. */
export interface Watch {
  onProgress?: ((progress: ImportProgress) => void) | undefined
  /** Once aborted, the import ends with what it throws, and nothing is stored. */
  signal?: Pick<AbortSignal, 'throwIfAborted'> | undefined
}

/** Counts what an import has read, and tells who watches. */
export class Progress {
  readonly #watch: Watch
  readonly #filesTotal: number
  #files = 0
  #bytes = 0

  constructor(watch: Watch, filesTotal: number) {
    this.#watch = watch
    this.#filesTotal = filesTotal
  }

  /** @throws the signal's reason. */
  add(files: number, bytes: number): void {
    this.#files += files
    this.#bytes += bytes
    this.#watch.onProgress?.({ files: this.#files, filesTotal: this.#filesTotal, bytes: this.#bytes })
    this.#watch.signal?.throwIfAborted()
  }
}
