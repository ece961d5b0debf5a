import { onAbort } from './on-abort.ts'
import { interrupted } from './transport-errors.ts'

interface Waiter {
  readonly hold: BodyHold
  readonly bytes: number
  readonly grant: () => void
}

/**
 * The memory that all bodies in flight share, in bytes. Requests for memory are served in order. When every holder
 * waits for more, so that none can release any, one of them may exceed the budget until it releases its hold; otherwise
 * all would wait for ever.
 */
export class BodyBudget {
  readonly #limit: number
  #used = 0
  #waiting: Waiter[] = []
  #holders = new Set<BodyHold>()
  #exceeding: BodyHold | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  get used(): number {
    return this.#used
  }

  hold(): BodyHold {
    return new BodyHold(this)
  }

  /** Takes memory: returns undefined if it was granted at once, or else a promise that resolves when it is. */
  take(hold: BodyHold, bytes: number, signal: AbortSignal | undefined): Promise<void> | undefined {
    if (hold === this.#exceeding || (this.#waiting.length === 0 && this.#fits(bytes))) {
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
        ignoreAbort()
        this.#grant(hold, bytes)
        resolve()
      }
      const waiter: Waiter = { hold, bytes, grant }
      const ignoreAbort = onAbort(signal, stop)
      this.#waiting.push(waiter)
      this.#serve()
    })
  }

  /** Takes back memory that a hold no longer needs. */
  giveBack(hold: BodyHold, bytes: number): void {
    this.#used -= bytes
    if (hold.bytes === 0) {
      this.#holders.delete(hold)
      if (this.#exceeding === hold) this.#exceeding = undefined
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
    if (this.#exceeding !== undefined) return this.#waiting.find(({ hold }) => hold === this.#exceeding)
    if (![...this.#holders].every((holder) => waiters.has(holder))) return undefined
    this.#exceeding = first.hold
    return first
  }
}

/**
 * Memory for bodies, held until `release()`. Release it in a `finally`, and read all bodies that are needed together
 * under the same hold: a caller that keeps one hold while it waits for another may wait for ever.
 */
export class BodyHold {
  /** The bytes that it holds now. */
  bytes = 0
  readonly #budget: BodyBudget

  constructor(budget: BodyBudget) {
    this.#budget = budget
  }

  /** Takes memory for a body. The client calls this while it reads. */
  take(bytes: number, signal?: AbortSignal): Promise<void> | undefined {
    return this.#budget.take(this, bytes, signal)
  }

  /** Gives back the memory of a body that failed. */
  giveBack(bytes: number): void {
    const given = Math.min(bytes, this.bytes)
    this.bytes -= given
    this.#budget.giveBack(this, given)
  }

  /** Gives back everything. May be called more than once. */
  release(): void {
    this.giveBack(this.bytes)
  }
}
