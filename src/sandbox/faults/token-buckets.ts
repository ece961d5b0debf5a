import type { Effect } from './fault.ts'

type Limit = Extract<Effect, { kind: 'rps' }>

/** Takes a token for one request of an account; returns false if none is left. */
export type TakeToken = (limit: Limit, account: string) => boolean

/** Creates a token bucket per `rps` fault and account. */
export function createTokenBuckets(clock: () => Date): TakeToken {
  const buckets = new WeakMap<Limit, Map<string, { left: number; at: number }>>()
  return (limit, account) => {
    const now = clock().getTime()
    const most = Math.max(limit.limit, 1)
    const ofLimit = buckets.get(limit) ?? new Map<string, { left: number; at: number }>()
    buckets.set(limit, ofLimit)
    const { left, at } = ofLimit.get(account) ?? { left: most, at: now }
    const refilled = Math.min(most, left + ((now - at) / 1000) * limit.limit)
    ofLimit.set(account, { left: refilled >= 1 ? refilled - 1 : refilled, at: now })
    return refilled >= 1
  }
}
