import type { Clock } from '../../api/clock.ts'

/** Largest accepted difference between the Date header and created_at. */
export const SKEW_MS = 60_000

/**
 * The target's clock, derived from its Date headers and our monotonic clock. It is used only after a copy was read
 * back whose created_at agrees with it, and while the headers agree with each other: they may come from a proxy or
 * from several machines. The result is not kept for later runs, since clocks are adjusted; measuring costs one `get`
 * per run.
 */
export class TargetClock {
  readonly #clock: Clock
  #earliest = Infinity
  #latest = -Infinity
  #isRight: boolean | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  observe(servedAt: Date | undefined): void {
    if (servedAt === undefined) return
    const offset = servedAt.getTime() - this.#clock.now()
    this.#earliest = Math.min(this.#earliest, offset)
    this.#latest = Math.max(this.#latest, offset)
  }

  /** Whether a copy was compared already. */
  get isMeasured(): boolean {
    return this.#isRight !== undefined
  }

  /**
   * Compares the clock with the creation time of a copy that was sent at `sentAt` (our clock) and has just been read.
   */
  measure(createdAt: unknown, sentAt: number): void {
    const created = Date.parse(typeof createdAt === 'string' ? createdAt : '')
    const first = sentAt + this.#earliest - SKEW_MS
    const last = this.#clock.now() + this.#latest + SKEW_MS
    this.#isRight = created >= first && created <= last
  }

  /** A time of the target's clock that is not later than now; undefined if it is unknown. */
  get now(): Date | undefined {
    if (this.#isRight !== true || this.#latest - this.#earliest > SKEW_MS) return undefined
    return new Date(this.#clock.now() + this.#earliest)
  }
}
