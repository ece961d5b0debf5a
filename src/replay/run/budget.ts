import type { ReplayOptions } from '../plan/plan.ts'

/** How much a run may take; undefined: as much as it needs. */
export interface Limits {
  readonly maxCost?: number | undefined
  readonly maxTokens?: number | undefined
  /** All requests of the run, reads too. */
  readonly maxRequests?: number | undefined
}

/** Tokens that a write takes. */
export interface Tokens {
  readonly tokensIn: number
  readonly tokensOut: number
}

/** What was spent, as it counts against the limits, and what of it the target reported. */
export interface Spent extends Tokens {
  readonly reported: Tokens
}

/** What an earlier run spent that was killed: the next run goes on with its account. */
export interface Carried extends Tokens {
  readonly requests: number
}

const nothing: Tokens = { tokensIn: 0, tokensOut: 0 }

/**
 * What a run has spent, and what of its limits is left. A write counts at least what it was estimated at, whatever the
 * target reports, and as much before it is answered.
 */
export class Budget {
  readonly #limits: Limits
  readonly #price: ReplayOptions['price']
  readonly #requests: () => number
  #carried: Carried = { ...nothing, requests: 0 }
  #counted = nothing
  #reported = nothing
  #inFlight = nothing
  /** A write was not let through: which limit was in its way. */
  exhausted: string | undefined

  constructor(limits: Limits, price: ReplayOptions['price'], requests: () => number) {
    this.#limits = limits
    this.#price = price
    this.#requests = requests
  }

  /** Counts what a killed run has spent against the limits of this one. */
  carry(carried: Carried): void {
    this.#carried = carried
  }

  get carried(): Carried {
    return this.#carried
  }

  /** What this run has spent. */
  get spent(): Spent {
    return { ...this.#counted, reported: this.#reported }
  }

  /** In the currency of the price; null without one. */
  get cost(): number | null {
    return this.costOf(this.#counted)
  }

  costOf({ tokensIn, tokensOut }: Tokens): number | null {
    return this.#price === null ? null : (tokensIn * this.#price.in + tokensOut * this.#price.out) / 1e6
  }

  /** Lets a write through and reserves its estimate, or not: then no further write is let through. */
  reserve(estimate: Tokens): boolean {
    this.exhausted ??= this.#limitBefore(estimate)
    if (this.exhausted !== undefined) return false
    this.#inFlight = sum(this.#inFlight, estimate)
    return true
  }

  /** A write is over: what it counts takes the place of its reservation. */
  finish(estimate: Tokens, counted: Tokens, reported: Tokens = nothing): void {
    this.#inFlight = sum(this.#inFlight, { tokensIn: -estimate.tokensIn, tokensOut: -estimate.tokensOut })
    this.#counted = sum(this.#counted, counted)
    this.#reported = sum(this.#reported, reported)
  }

  #limitBefore(estimate: Tokens): string | undefined {
    const { maxCost = Infinity, maxTokens = Infinity, maxRequests = Infinity } = this.#limits
    const all = [this.#carried, this.#counted, this.#inFlight, estimate].reduce(sum)
    if (all.tokensIn + all.tokensOut > maxTokens) return `${maxTokens} tokens`
    if ((this.costOf(all) ?? 0) > maxCost) return `a cost of ${maxCost}`
    if (this.#carried.requests + this.#requests() + 1 > maxRequests) return `${maxRequests} requests`
    return undefined
  }
}

/** The larger of each. */
export function largest(one: Tokens, other: Tokens): Tokens {
  return {
    tokensIn: Math.max(one.tokensIn, other.tokensIn),
    tokensOut: Math.max(one.tokensOut, other.tokensOut),
  }
}

function sum(one: Tokens, other: Tokens): Tokens {
  return { tokensIn: one.tokensIn + other.tokensIn, tokensOut: one.tokensOut + other.tokensOut }
}
