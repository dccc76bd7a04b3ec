import { type StageName, stageNames } from '../domain/stage.ts'

/** How far the flow said that it is: what still may change, and what an earlier flow must have left. */
export class FlowPhase {
  #first: StageName | null = null
  #now: StageName | null = null
  #ended = false
  #extraction: string | null = null
  readonly #simulated = new Set<string>()

  get isOver(): boolean {
    return this.#ended
  }

  /** The scripts began anew. */
  start(): void {
    this.#first = this.#now = this.#extraction = null
    this.#ended = false
    this.#simulated.clear()
  }

  begin(stage: StageName, extraction: string | null): void {
    this.#first ??= stage
    this.#now = stage
    this.#ended = false
    if (stage !== 'run') return
    if (this.#extraction !== null) this.#simulated.add(this.#extraction)
    this.#extraction = extraction
    if (extraction !== null) this.#simulated.delete(extraction)
  }

  end(): void {
    this.#ended = this.#now !== null
  }

  /** Whether the simulations of an extraction have ended: the flow waits for each batch of them. */
  isSimulated(extraction: string): boolean {
    return this.#ended || this.isBehind('run') || this.#simulated.has(extraction)
  }

  /** Whether the flow is in a later stage, or has ended. */
  isBehind(stage: StageName): boolean {
    return this.#now !== null && (this.#ended || orderOf(this.#now) > orderOf(stage))
  }

  /** Whether the stage has begun, or a later one. */
  hasBegun(stage: StageName): boolean {
    return this.#now !== null && orderOf(this.#now) >= orderOf(stage)
  }

  /**
   * Whether this flow builds on what an earlier one left of a stage: it runs parts only, and began behind that stage.
   */
  takesOver(stage: StageName): boolean {
    return this.#first !== null && orderOf(this.#first) > orderOf(stage)
  }
}

const orderOf = (stage: StageName): number => stageNames.indexOf(stage)
