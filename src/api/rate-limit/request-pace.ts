import { LimitEstimate } from './limit-estimate.ts'

/** A request that was sent and has no response yet. */
export interface Sent {
  /** How many refusals the pace had learnt from when it was sent. */
  readonly epoch: number
  /** No other request was allowed beside those in flight. */
  readonly isLast: boolean
}

export interface PaceOptions {
  /** The highest rate, in requests per second. Default: none. */
  readonly maxPerSecond?: number | undefined
}

/** How many requests wait for a response at first, and at most. */
const FIRST_IN_FLIGHT = 8
const MAX_IN_FLIGHT = 64

/** How much of a stated limit is used, so that requests which arrive unevenly keep to it, too. */
const STATED_PART = 0.99

/** The pause after a refusal, in milliseconds: at most so long after the first one, and then longer each time. */
const PAUSE_MS = 1000
const PAUSE_GROWTH = 3
const MAX_PAUSE_MS = 30_000

/**
 * Decides when requests may be sent, from how the service answered earlier ones. It has no clock: times are arguments, in
 * milliseconds. README.md explains the rules, and has what was measured.
 */
export class RequestPace {
  readonly #limit = new LimitEstimate()
  readonly #maxPerSecond: number
  #statedPerSecond = Infinity
  #epoch = 0
  #refusalsInRow = 0
  #refusedSince = 0
  #nextAt = 0
  /** The end of the longest pause that the service asked for. */
  #askedUntil = 0
  #inFlight = 0
  #inFlightOfEpoch = 0
  #maxInFlight = FIRST_IN_FLIGHT

  constructor({ maxPerSecond = Infinity }: PaceOptions = {}) {
    this.#maxPerSecond = maxPerSecond
  }

  /** The limit that was learnt, in requests per second; undefined as long as none is known. */
  get learntPerSecond(): number | undefined {
    return this.#limit.learnt
  }

  /** Begins with a limit that was learnt earlier, in requests per second, unless one is known. */
  assume(perSecond: number): void {
    this.#limit.assume(perSecond)
  }

  /** The rate for now, in requests per second; Infinity as long as no limit is known. */
  perSecond(now: number): number {
    return Math.min(this.#maxPerSecond, STATED_PART * this.#statedPerSecond, this.#limit.perSecond(now))
  }

  /** Returns when the next request may be sent, or undefined as long as a response must come first. */
  nextAt(): number | undefined {
    // After a refusal, a single request finds out whether the service accepts requests again.
    const isFull = this.#refusalsInRow > 0 ? this.#inFlightOfEpoch > 0 : this.#inFlight >= this.#maxInFlight
    return isFull ? undefined : this.#nextAt
  }

  /** Returns how long nothing is sent from now on, in milliseconds. */
  waitMs(now: number): number {
    return Math.max(0, this.#nextAt - now)
  }

  /** Returns how long the service will have refused everything when the next request may be sent, in milliseconds. */
  refusingMs(now: number): number {
    if (now >= this.#nextAt) return 0
    const since = this.#refusalsInRow > 0 ? this.#refusedSince : now
    return Math.max(this.#askedUntil, now) - since
  }

  /** Counts a request that is sent now. */
  send(now: number): Sent {
    this.#limit.begin(now)
    this.#inFlight++
    this.#inFlightOfEpoch++
    this.#nextAt = Math.max(now, this.#nextAt) + 1000 / this.perSecond(now)
    return { epoch: this.#epoch, isLast: this.#inFlight >= this.#maxInFlight }
  }

  /** The service did not refuse the request. */
  accept({ epoch, isLast }: Sent, now: number): void {
    this.#end(epoch)
    const isCurrent = epoch === this.#epoch
    this.#limit.accept(now, isCurrent, this.#refusalsInRow)
    if (!isCurrent) return
    this.#refusalsInRow = 0
    if (isLast && this.#maxInFlight < MAX_IN_FLIGHT) this.#maxInFlight++
  }

  /** The service refused the request (429). A pause that it asked for must be known before. */
  refuse({ epoch }: Sent, now: number): void {
    this.#end(epoch)
    // A request that was sent before the last refusal came says nothing about the rate since then.
    if (epoch !== this.#epoch) return
    this.#epoch++
    this.#inFlightOfEpoch = 0
    if (this.#refusalsInRow++ === 0) this.#refusedSince = now
    this.#limit.refuse(now, this.#refusalsInRow)
    const until = this.#askedUntil > now ? this.#askedUntil : now + this.#pauseMs(now)
    this.#limit.resume(until, until - now)
    this.#nextAt = until
  }

  /** The request got no response, or the service is in trouble: it gets fewer requests at the same time. */
  fail({ epoch }: Sent): void {
    this.#end(epoch)
    this.#maxInFlight = Math.max(FIRST_IN_FLIGHT, Math.floor(this.#maxInFlight / 2))
  }

  /** Sends nothing before this time. A shorter pause does not end a longer one. */
  pause(until: number): void {
    this.#askedUntil = Math.max(this.#askedUntil, until)
    this.#nextAt = Math.max(this.#nextAt, until)
  }

  /** Keeps to the limit that the service states, in requests per second, if it does. */
  state(perSecond: number | undefined): void {
    this.#statedPerSecond = perSecond ?? this.#statedPerSecond
  }

  #end(epoch: number): void {
    this.#inFlight--
    if (epoch === this.#epoch) this.#inFlightOfEpoch--
  }

  #pauseMs(now: number): number {
    if (this.#refusalsInRow === 1) return Math.min(PAUSE_MS, 1000 / this.perSecond(now))
    return Math.min(MAX_PAUSE_MS, PAUSE_MS * PAUSE_GROWTH ** (this.#refusalsInRow - 2))
  }
}
