import { formatNumber } from '../../model/plural.ts'

/** The time that the rate looks back, in milliseconds: long enough to be calm, short enough to notice a change. */
const MEMORY_MS = 60_000

/** The shortest time between two samples. */
const SAMPLE_MS = 500

/** Before this, a rate says nothing yet. */
const FIRST_RATE_MS = 3_000

/** Before this, or before this many items, a time left says nothing yet. */
const FIRST_TIME_LEFT_MS = 6_000
const FIRST_TIME_LEFT_ITEMS = 5

/** Measures how fast items are finished: an average in which recent seconds count more. */
export class RateMeter {
  readonly #begunAt: number
  #sampledAt: number
  #done: number
  readonly #doneBefore: number
  /** The weighted sum of the rates, and of their weights. */
  #sum = 0
  #weight = 0

  constructor(done: number, now: number) {
    this.#begunAt = now
    this.#sampledAt = now
    this.#done = done
    this.#doneBefore = done
  }

  /** Notes how many items are done. Call it also while nothing is finished: then the rate falls. */
  sample(done: number, now: number): void {
    const passed = now - this.#sampledAt
    if (passed < SAMPLE_MS) return
    const keep = Math.exp(-passed / MEMORY_MS)
    const rate = Math.max(0, done - this.#done) / (passed / 1000)
    this.#sum = this.#sum * keep + rate * (1 - keep)
    this.#weight = this.#weight * keep + (1 - keep)
    this.#sampledAt = now
    this.#done = done
  }

  /** Items per second; undefined if it is too early to tell. */
  get perSecond(): number | undefined {
    if (this.#sampledAt - this.#begunAt < FIRST_RATE_MS || this.#sum === 0) return undefined
    return this.#sum / this.#weight
  }

  /** Seconds until this many items are done; undefined if it is too early to tell. */
  secondsUntil(total: number): number | undefined {
    const rate = this.perSecond
    const isEarly =
      this.#sampledAt - this.#begunAt < FIRST_TIME_LEFT_MS ||
      this.#done - this.#doneBefore < FIRST_TIME_LEFT_ITEMS
    return rate === undefined || isEarly ? undefined : (total - this.#done) / rate
  }
}

/** Formats a rate: `45/s`, `4.5/s`, `12/min`. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 9.95) return `${formatNumber(Math.round(perSecond))}/s`
  if (perSecond >= 1) return `${perSecond.toFixed(1)}/s`
  const perMinute = perSecond * 60
  return perMinute >= 10 ? `${Math.round(perMinute)}/min` : `${perMinute.toFixed(1)}/min`
}

/** Formats a time left, coarsely, because it is an estimate: `about 45 s left`, `about 3 h 20 min left`. */
export function formatTimeLeft(seconds: number): string {
  if (seconds <= 60) return `about ${Math.max(5, Math.ceil(seconds / 5) * 5)} s left`
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 120) return `about ${minutes} min left`
  const tens = Math.ceil(minutes / 10)
  const [hours, rest] = [Math.floor(tens / 6), (tens % 6) * 10]
  if (hours < 48) return `about ${hours} h${rest > 0 ? ` ${rest} min` : ''} left`
  return `about ${Math.ceil(hours / 24)} days left`
}
