import type { Effect } from './fault.ts'

type Limit = Extract<Effect, { kind: 'rps' | 'quota' }>

/** Counts one request of an account; returns false if the limit is reached. */
export type CountRequest = (limit: Limit, account: string) => boolean

/** What one limit has counted for one account. `at`: a time in milliseconds, or the number of a period. */
interface Count {
  left: number
  at: number
}

/** Creates a count for each limit and account: a token bucket for `rps`, a fixed window for `quota`. */
export function createRequestLimits(clock: () => Date): CountRequest {
  const counts = new WeakMap<Limit, Map<string, Count>>()
  return (limit, account) => {
    const counted = limit.kind === 'rps' && limit.shared === true ? 'all accounts' : account
    const ofLimit = counts.get(limit) ?? new Map<string, Count>()
    counts.set(limit, ofLimit)
    const before = ofLimit.get(counted)
    const count = limit.kind === 'rps' ? refill(limit, before, clock()) : reset(limit, before, clock())
    const isAllowed = count.left >= 1
    if (isAllowed) count.left--
    ofLimit.set(counted, count)
    return isAllowed
  }
}

function refill(
  { limit, burst = Math.max(limit, 1) }: Limit & { kind: 'rps' },
  before: Count | undefined,
  time: Date,
): Count {
  const at = time.getTime()
  const { left, at: last } = before ?? { left: burst, at }
  return { left: Math.min(burst, left + ((at - last) / 1000) * limit), at }
}

function reset({ limit, seconds }: Limit & { kind: 'quota' }, before: Count | undefined, time: Date): Count {
  const at = Math.floor(time.getTime() / 1000 / seconds)
  return before?.at === at ? before : { left: limit, at }
}
