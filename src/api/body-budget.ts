import { interrupted } from './transport-errors.ts'

interface Waiter {
  readonly hold: BodyHold
  readonly bytes: number
  readonly grant: () => void
}

/**
 * The memory that all bodies in flight share, in bytes. Who wants more waits in line; nobody overtakes. When every
 * holder waits for more, so that nobody can give anything back, one of them may go beyond the budget until it lets go.
 */
export class BodyBudget {
  readonly #limit: number
  #used = 0
  #waiting: Waiter[] = []
  #holders = new Set<BodyHold>()
  #beyond: BodyHold | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  get used(): number {
    return this.#used
  }

  hold(): BodyHold {
    return new BodyHold(this)
  }

  /** Takes memory at once and answers with undefined, or with a promise of it. */
  take(hold: BodyHold, bytes: number, signal: AbortSignal | undefined): Promise<void> | undefined {
    if (hold === this.#beyond || (this.#waiting.length === 0 && this.#fits(bytes))) {
      this.#grant(hold, bytes)
      return undefined
    }
    if (signal?.aborted) return Promise.reject(interrupted())
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter)
        reject(interrupted())
        this.#serve()
      }
      const grant = () => {
        signal?.removeEventListener('abort', stop)
        this.#grant(hold, bytes)
        resolve()
      }
      const waiter: Waiter = { hold, bytes, grant }
      signal?.addEventListener('abort', stop)
      this.#waiting.push(waiter)
      this.#serve()
    })
  }

  /** Takes back what a hold no longer needs. */
  giveBack(hold: BodyHold, bytes: number): void {
    this.#used -= bytes
    if (hold.bytes === 0) {
      this.#holders.delete(hold)
      if (this.#beyond === hold) this.#beyond = undefined
    }
    this.#serve()
  }

  #grant(hold: BodyHold, bytes: number): void {
    this.#used += bytes
    hold.bytes += bytes
    if (hold.bytes > 0) this.#holders.add(hold)
  }

  #fits(bytes: number): boolean {
    return this.#used + bytes <= this.#limit
  }

  #serve(): void {
    let next = this.#nextToServe()
    while (next !== undefined) {
      this.#waiting.splice(this.#waiting.indexOf(next), 1)
      next.grant()
      next = this.#nextToServe()
    }
  }

  #nextToServe(): Waiter | undefined {
    const [first] = this.#waiting
    if (first === undefined || this.#fits(first.bytes)) return first
    const waiters = new Set(this.#waiting.map(({ hold }) => hold))
    if (this.#beyond !== undefined) return this.#waiting.find(({ hold }) => hold === this.#beyond)
    if (![...this.#holders].every((holder) => waiters.has(holder))) return undefined
    this.#beyond = first.hold
    return first
  }
}

/**
 * Bodies that stay in memory until `release()`. Release in a `finally`, and read whatever else is needed meanwhile into
 * the same hold: who keeps one hold and waits for another can wait for ever.
 */
export class BodyHold {
  /** What it holds now. */
  bytes = 0
  readonly #budget: BodyBudget

  constructor(budget: BodyBudget) {
    this.#budget = budget
  }

  /** Takes memory for a body; the client does this while it reads. */
  take(bytes: number, signal?: AbortSignal): Promise<void> | undefined {
    return this.#budget.take(this, bytes, signal)
  }

  /** Gives back the memory of a body that failed. */
  giveBack(bytes: number): void {
    const given = Math.min(bytes, this.bytes)
    this.bytes -= given
    this.#budget.giveBack(this, given)
  }

  /** Gives all of it back. Calling it again does no harm. */
  release(): void {
    this.giveBack(this.bytes)
  }
}
