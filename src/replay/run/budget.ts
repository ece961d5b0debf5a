import type { BegunReplayRun } from '../../archive/ledger/replay-runs.ts'
import { plural } from '../../model/plural.ts'
import type { ReplayOptions } from '../plan/plan.ts'

/** The limits of a run. Undefined means no limit. */
export interface Limits {
  readonly maxCost?: number | undefined
  readonly maxTokens?: number | undefined
  /** All requests of the run, including reads. */
  readonly maxRequests?: number | undefined
}

export interface Tokens {
  readonly tokensIn: number
  readonly tokensOut: number
}

/** What counts against the limits, and what of it the target reported. */
export interface Spent extends Tokens {
  readonly reported: Tokens
}

/** What an earlier run spent before it was killed. It counts against the limits of the next run. */
export type Carried = BegunReplayRun['carried']

export const noTokens: Tokens = { tokensIn: 0, tokensOut: 0 }

/**
 * Counts what a run spends and checks it against the limits. A write counts at least its estimate, whatever the target
 * reports, and its estimate is reserved before it is sent.
 */
export class Budget {
  readonly #limits: Limits
  readonly #price: ReplayOptions['price']
  readonly #requests: () => number
  #counted = noTokens
  #reported = noTokens
  #inFlight = noTokens
  /** What a killed run spent counts against the limits of this one. */
  carried: Carried = { ...noTokens, requests: 0 }
  /** The limit that a write would have exceeded. */
  exhausted: string | undefined

  constructor(limits: Limits, price: ReplayOptions['price'], requests: () => number) {
    this.#limits = limits
    this.#price = price
    this.#requests = requests
  }

  get spent(): Spent {
    return { ...this.#counted, reported: this.#reported }
  }

  /** In the currency of the price; null without a price. */
  get cost(): number | null {
    return this.costOf(this.#counted)
  }

  costOf({ tokensIn, tokensOut }: Tokens): number | null {
    return this.#price === null ? null : (tokensIn * this.#price.in + tokensOut * this.#price.out) / 1e6
  }

  /** Reserves the estimate of a write. Returns false if it would exceed a limit; no later write is admitted then. */
  reserve(estimate: Tokens): boolean {
    this.exhausted ??= this.#limitBefore(estimate)
    if (this.exhausted !== undefined) return false
    this.#inFlight = sum(this.#inFlight, estimate)
    return true
  }

  /** Replaces the reservation of a finished write by what it counts. */
  finish(estimate: Tokens, counted: Tokens, reported: Tokens = noTokens): void {
    this.#inFlight = sum(this.#inFlight, { tokensIn: -estimate.tokensIn, tokensOut: -estimate.tokensOut })
    this.#counted = sum(this.#counted, counted)
    this.#reported = sum(this.#reported, reported)
  }

  #limitBefore(estimate: Tokens): string | undefined {
    const { maxCost = Infinity, maxTokens = Infinity, maxRequests = Infinity } = this.#limits
    const all = [this.carried, this.#counted, this.#inFlight, estimate].reduce(sum)
    if (all.tokensIn + all.tokensOut > maxTokens) return plural(maxTokens, 'token')
    if ((this.costOf(all) ?? 0) > maxCost) return `a cost of ${maxCost}`
    if (this.carried.requests + this.#requests() + 1 > maxRequests) return plural(maxRequests, 'request')
    return undefined
  }
}

/** The larger of both values, for each kind of tokens. */
export function largest(one: Tokens, other: Tokens): Tokens {
  return {
    tokensIn: Math.max(one.tokensIn, other.tokensIn),
    tokensOut: Math.max(one.tokensOut, other.tokensOut),
  }
}

function sum(one: Tokens, other: Tokens): Tokens {
  return { tokensIn: one.tokensIn + other.tokensIn, tokensOut: one.tokensOut + other.tokensOut }
}
