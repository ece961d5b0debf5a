const MINUTE_MS = 60_000

/** The times of the requests of the last minute that were not refused, in milliseconds and in order. */
export class AcceptedTimes {
  #times: number[] = []
  /** Where the last minute begins. Older times are removed in bulk. */
  #first = 0

  add(now: number): void {
    this.#times.push(now)
    while ((this.#times[this.#first] ?? now) < now - MINUTE_MS) this.#first++
    if (this.#first < 1000 || this.#first < this.#times.length / 2) return
    this.#times = this.#times.slice(this.#first)
    this.#first = 0
  }

  /** Counts those of the last `ms`, at most a minute. */
  within(ms: number, now: number): number {
    let i = this.#times.length
    while (i > this.#first && (this.#times[i - 1] ?? 0) > now - ms) i--
    return this.#times.length - i
  }

  /** Returns how many of the last `count` intervals between two of them fit into a second. */
  perSecond(count: number): number {
    const last = this.#times.at(-1) ?? 0
    const first = this.#times.at(-1 - count) ?? last
    return (count * 1000) / (last - first)
  }
}
