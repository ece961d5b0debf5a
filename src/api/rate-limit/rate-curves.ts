/** A rate that grows fast, since little is known: in requests per second. */
export interface Search {
  readonly kind: 'search'
  readonly start: number
}

/** A rate that stays just below the last known limit, and later probes whether the limit has grown: in requests per second. */
export interface Probe {
  readonly kind: 'probe'
  readonly peak: number
}

/** A rate as a function of time. */
export type RateCurve = Search | Probe

/** A rate is at first so much of the known limit. */
export const HEADROOM = 0.96

/** A search doubles the rate once a second at most, and only with so many accepted requests beyond the first two. */
const DOUBLING_REQUESTS = 3
const FIRST_REQUESTS = 2

/** A probe reaches the known limit after so many seconds, but not before so many requests could be sent. */
const PLATEAU_S = 10
const PLATEAU_OF_A_MINUTE_S = 60
const PLATEAU_REQUESTS = 30

/** Returns the rate after so many seconds and accepted requests, in requests per second. */
export function rateOf(curve: RateCurve, seconds: number, accepted: number, countsByMinute: boolean): number {
  if (curve.kind === 'search') {
    const doublings = Math.min(seconds, Math.max(0, accepted - FIRST_REQUESTS) / DOUBLING_REQUESTS)
    return HEADROOM * curve.start * 2 ** doublings
  }
  const plateau = Math.max(countsByMinute ? PLATEAU_OF_A_MINUTE_S : PLATEAU_S, PLATEAU_REQUESTS / curve.peak)
  // The curve of TCP CUBIC (RFC 9438): fast up to the last limit, flat around it, and then faster and faster.
  return curve.peak * (1 + (1 - HEADROOM) * (seconds / plateau - 1) ** 3)
}
