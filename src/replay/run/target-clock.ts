import type { Clock } from '../../api/clock.ts'

/** How far apart the clock of the Date header and that of created_at may be. */
export const SKEW_MS = 60_000

/**
 * The clock of a target, as its Date headers tell it against our own that never jumps. It is of use only once a copy was
 * read back whose created_at agrees with it, and while the headers agree among themselves: a proxy may give them, or
 * several machines. What was found out is not kept for a later run, since clocks are set; it costs one `get` a run.
 */
export class TargetClock {
  readonly #clock: Clock
  #earliest = Infinity
  #latest = -Infinity
  #isRight: boolean | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Takes a Date header. */
  observe(servedAt: Date | undefined): void {
    if (servedAt === undefined) return
    const offset = servedAt.getTime() - this.#clock.now()
    this.#earliest = Math.min(this.#earliest, offset)
    this.#latest = Math.max(this.#latest, offset)
  }

  /** Whether a copy was compared yet. */
  get isMeasured(): boolean {
    return this.#isRight !== undefined
  }

  /** Compares with when a copy was created; it was sent at this moment of our clock, and has just been read. */
  measure(createdAt: unknown, sentAt: number): void {
    const created = Date.parse(typeof createdAt === 'string' ? createdAt : '')
    const first = sentAt + this.#earliest - SKEW_MS
    const last = this.#clock.now() + this.#latest + SKEW_MS
    this.#isRight = created >= first && created <= last
  }

  /** A moment of the target's clock that is not after now; undefined where it can't be told. */
  get now(): Date | undefined {
    if (this.#isRight !== true || this.#latest - this.#earliest > SKEW_MS) return undefined
    return new Date(this.#clock.now() + this.#earliest)
  }
}
