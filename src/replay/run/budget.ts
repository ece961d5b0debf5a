import type { ReplayOptions } from '../plan.ts'

/** How much a run may take; undefined: as much as it needs. */
export interface Limits {
  readonly maxCost?: number | undefined
  readonly maxTokens?: number | undefined
  /** All requests of the run, reads too. */
  readonly maxRequests?: number | undefined
}

/** Tokens that a call takes. */
export interface Tokens {
  readonly tokensIn: number
  readonly tokensOut: number
}

/** What a run has spent, and what of its limits is left. What is under way counts as it was estimated. */
export class Budget {
  readonly #limits: Limits
  readonly #price: ReplayOptions['price']
  readonly #requests: () => number
  readonly #spent = { tokensIn: 0, tokensOut: 0 }
  readonly #underWay = { tokensIn: 0, tokensOut: 0, calls: 0 }
  /** A call was not let through: which limit was in its way. */
  exhausted: string | undefined

  constructor(limits: Limits, price: ReplayOptions['price'], requests: () => number) {
    this.#limits = limits
    this.#price = price
    this.#requests = requests
  }

  get spent(): Tokens {
    return this.#spent
  }

  /** In the currency of the price; null without one. */
  get cost(): number | null {
    return this.costOf(this.#spent)
  }

  costOf({ tokensIn, tokensOut }: Tokens): number | null {
    return this.#price === null ? null : (tokensIn * this.#price.in + tokensOut * this.#price.out) / 1e6
  }

  /** Lets a call through, or not: then no further call is. */
  admit(call: Tokens): boolean {
    const { maxCost = Infinity, maxTokens = Infinity, maxRequests = Infinity } = this.#limits
    const all = sum(sum(this.#spent, this.#underWay), call)
    if (all.tokensIn + all.tokensOut > maxTokens) this.exhausted ??= `${maxTokens} tokens`
    if ((this.costOf(all) ?? 0) > maxCost) this.exhausted ??= `a cost of ${maxCost}`
    if (this.#requests() + this.#underWay.calls + 1 > maxRequests)
      this.exhausted ??= `${maxRequests} requests`
    if (this.exhausted !== undefined) return false
    this.#put(call, 1)
    return true
  }

  /** A call is over; a lost answer has cost what it was estimated at. */
  settle(call: Tokens, spent: Tokens): void {
    this.#put(call, -1)
    this.#spent.tokensIn += spent.tokensIn
    this.#spent.tokensOut += spent.tokensOut
  }

  #put({ tokensIn, tokensOut }: Tokens, times: 1 | -1): void {
    this.#underWay.tokensIn += times * tokensIn
    this.#underWay.tokensOut += times * tokensOut
    this.#underWay.calls += times
  }
}

function sum(one: Tokens, other: Tokens): Tokens {
  return { tokensIn: one.tokensIn + other.tokensIn, tokensOut: one.tokensOut + other.tokensOut }
}
