import type { SandboxResponse } from '../responses/sandbox-response.ts'
import { cannedResponses } from './canned-responses.ts'
import type { Effect } from './fault.ts'

type Limit = Extract<Effect, { kind: 'rps' }>

/** A token bucket per `rps` fault and account. */
export class TokenBuckets {
  readonly #buckets = new WeakMap<Limit, Map<string, { left: number; at: number }>>()
  readonly #clock: () => Date

  constructor(clock: () => Date) {
    this.#clock = clock
  }

  /** Takes a token for one request; returns the 429 response if none is left. */
  take(limit: Limit, account: string): SandboxResponse | undefined {
    const now = this.#clock().getTime()
    const buckets = this.#buckets.get(limit) ?? new Map<string, { left: number; at: number }>()
    this.#buckets.set(limit, buckets)
    const most = Math.max(limit.limit, 1)
    const { left, at } = buckets.get(account) ?? { left: most, at: now }
    const refilled = Math.min(most, left + ((now - at) / 1000) * limit.limit)
    const allowed = refilled >= 1
    buckets.set(account, { left: allowed ? refilled - 1 : refilled, at: now })
    return allowed ? undefined : cannedResponses['too-many-retry-after']
  }
}
