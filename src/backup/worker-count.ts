import { performance } from 'node:perf_hooks'

/** So many workers begin, and remain while this process is busy. */
const FEWEST = 8

/** How often the number is adapted, in milliseconds. */
const INTERVAL_MS = 50

/** Shares of the time in which the process was busy: below the first, more workers are worth it; above the second, fewer are. */
const IDLE = 0.8
const BUSY = 0.95

/**
 * How many workers are worth it: more as long as this process waits for the service, fewer while it has no time left. With too many,
 * each item is in work for longer, and memory that lives longer is costly to collect: against a service that answers at once, 64
 * workers took a tenth more of the processor's time than 8. Where this process waits, all of them work after a fifth of a second.
 */
export class WorkerCount {
  readonly #most: number
  readonly #timer: NodeJS.Timeout
  #count: number
  #last = performance.eventLoopUtilization()

  /** @param onMore called when more workers are worth it */
  constructor(most: number, onMore: () => void) {
    this.#most = most
    this.#count = Math.min(FEWEST, most)
    this.#timer = setInterval(() => this.#adapt(onMore), INTERVAL_MS)
  }

  get worthIt(): number {
    return this.#count
  }

  end(): void {
    clearInterval(this.#timer)
  }

  #adapt(onMore: () => void): void {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, this.#last)
    this.#last = now
    if (utilization < IDLE) this.#count = Math.min(this.#most, this.#count * 2)
    if (utilization > BUSY) this.#count = Math.min(this.#most, Math.max(FEWEST, Math.ceil(this.#count / 2)))
    onMore()
  }
}
