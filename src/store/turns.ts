import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Who may use the one connection. While a transaction runs, only what it calls itself may pass; everything else
 * (another transaction, a query beside it in a `Promise.all`) waits, else it would become part of the transaction.
 */
export class Turns {
  readonly #owner = new AsyncLocalStorage<object>()
  #turn: { token: object; over: Promise<void> } | null = null

  /** The end of a transaction that the caller is not part of, or null: then the way is free at this moment. */
  get others(): Promise<void> | null {
    return this.#turn === null || this.inside ? null : this.#turn.over
  }

  /** Whether the caller is part of the transaction that runs now. */
  get inside(): boolean {
    return this.#turn !== null && this.#owner.getStore() === this.#turn.token
  }

  /** Runs `work` as the only one; a call from inside joins. */
  async take<T>(work: () => Promise<T>, joined: () => Promise<T>): Promise<T> {
    if (this.inside) return joined()
    while (this.#turn !== null) await this.#turn.over
    const token = {}
    let end = (): void => undefined
    this.#turn = { token, over: new Promise((resolve) => (end = resolve)) }
    try {
      return await this.#owner.run(token, work)
    } finally {
      this.#turn = null
      end()
    }
  }
}
