import { AcceptedTimes } from './accepted-times.ts'
import { rateOf, type RateCurve } from './rate-curves.ts'

/** Fewer accepted requests than this say little about a rate. */
const ENOUGH = 4

/** The rate is measured over an eighth of the time since the last refusal, but over so many milliseconds and intervals. */
const MEASURED_PART = 8
const MEASURED_MS = 2000
const MEASURED_INTERVALS = 8

/** Up to the first refusal requests come in bursts. So many accepted ones are a rate; with fewer, a search begins. */
const BURST = 8

/** The lowest estimate: a request a minute. */
const LOWEST = 1 / 60

/** How much the rate is lowered after few accepted requests, and after none. */
const FEW_ACCEPTED = 0.8
const NONE_ACCEPTED = 0.5

/** A service may save up requests during a pause, and accept more after it: for so many seconds at most. */
const SAVED_S = 2

/** After so many refusals in a row, the limit counts by the minute. */
const REFUSALS_OF_A_MINUTE = 4

/**
 * The limit of a service, estimated from the requests that it accepted and refused. An epoch is the time between two
 * refusals that it learns from. Times are in milliseconds, rates in requests per second.
 */
export class LimitEstimate {
  readonly #accepted = new AcceptedTimes()
  #curve: RateCurve | undefined
  #countsByMinute = false
  /** The rate of the minute before the first of several refusals. */
  #ofLastMinute = 0
  #beganAt: number | undefined
  /** The epoch: when its first request may be sent, how long nothing was sent before, and how many were accepted. */
  #since = 0
  #pausedMs = 0
  #acceptedSince = 0

  /** Begins with a limit that was learnt earlier, in requests per second, unless one is known. */
  assume(perSecond: number): void {
    this.#curve ??= { kind: 'probe', peak: Math.max(LOWEST, perSecond) }
  }

  /** The limit, as far as it is known well enough to begin with it the next time. */
  get learnt(): number | undefined {
    return this.#curve?.kind === 'probe' ? this.#curve.peak : undefined
  }

  /** The rate for now; Infinity before the first refusal. */
  perSecond(now: number): number {
    if (this.#curve === undefined) return Infinity
    const seconds = Math.max(0, now - this.#since) / 1000
    return rateOf(this.#curve, seconds, this.#acceptedSince, this.#countsByMinute)
  }

  /** Notes that requests begin. Without a request, time says nothing. */
  begin(now: number): void {
    if (this.#beganAt !== undefined) return
    this.#beganAt = now
    this.#since = now
  }

  /** Counts an accepted request. `isCurrent` if it was sent in this epoch, `refusals` the number in a row before it. */
  accept(now: number, isCurrent: boolean, refusals: number): void {
    this.#accepted.add(now)
    if (!isCurrent) return
    this.#acceptedSince++
    if (refusals < REFUSALS_OF_A_MINUTE) return
    this.#countsByMinute = true
    this.#curve = { kind: 'probe', peak: Math.max(LOWEST, this.#ofLastMinute) }
    this.#beginEpoch(now, 0)
  }

  /** Learns from the n-th refusal in a row. The next request is sent after a pause. */
  refuse(now: number, refusals: number): void {
    if (refusals === 1) this.#ofLastMinute = this.#accepted.within(60_000, now) / 60
    this.#curve = this.#learn(now, refusals)
  }

  /** Begins an epoch after a pause. */
  resume(at: number, pausedMs: number): void {
    this.#beginEpoch(at, pausedMs)
  }

  #beginEpoch(at: number, pausedMs: number): void {
    this.#since = at
    this.#pausedMs = pausedMs
    this.#acceptedSince = 0
  }

  #learn(now: number, refusals: number): RateCurve {
    if (this.#curve === undefined) return this.#ofBurst(now)
    const rate = this.perSecond(now)
    if (this.#acceptedSince >= ENOUGH) return { kind: 'probe', peak: Math.min(rate, this.#measure(now)) }
    if (this.#acceptedSince > 0) return { kind: 'probe', peak: Math.max(LOWEST, FEW_ACCEPTED * rate) }
    return refusals > 1 ? this.#curve : { kind: 'search', start: Math.max(LOWEST, NONE_ACCEPTED * rate) }
  }

  /** Before the first refusal, the requests of the last two seconds came as fast as they could. */
  #ofBurst(now: number): RateCurve {
    const accepted = this.#accepted.within(MEASURED_MS, now)
    const seconds = Math.min(MEASURED_MS, Math.max(1000, now - (this.#beganAt ?? now))) / 1000
    const rate = Math.max(1, accepted) / seconds
    return accepted > BURST ? { kind: 'probe', peak: rate } : { kind: 'search', start: rate }
  }

  /** Measures the rate at the end of the epoch, without what the service had saved up before it. */
  #measure(now: number): number {
    const epochMs = now - this.#since
    const ofPart = this.#accepted.within(Math.max(MEASURED_MS, epochMs / MEASURED_PART), now)
    const intervals = Math.min(this.#acceptedSince - 1, Math.max(MEASURED_INTERVALS, ofPart))
    const rate = this.#accepted.perSecond(intervals)
    if (epochMs < MEASURED_MS) return rate
    const savedS = Math.max(0, Math.min(SAVED_S, this.#pausedMs / 1000) - 1 / rate)
    return (rate * epochMs) / (epochMs + savedS * 1000)
  }
}
