import type { Clock } from './clock.ts'
import type { Send } from './transport.ts'

/** A rate limiter shared by all requests of a client; it also keeps the pauses that the service asks for. */
export class RateLimiter {
  readonly #clock: Clock
  readonly #intervalMs: number
  #nextAt = 0

  constructor(clock: Clock, requestsPerSecond: number | undefined) {
    this.#clock = clock
    this.#intervalMs = requestsPerSecond === undefined ? 0 : 1000 / requestsPerSecond
  }

  /** Waits until the next request may be sent. All waiters wake together; the first takes the turn, the rest wait on. */
  async acquire(signal?: AbortSignal): Promise<void> {
    let wait = this.#nextAt - this.#clock.now()
    while (wait > 0) {
      await this.#clock.sleep(wait, signal)
      wait = this.#nextAt - this.#clock.now()
    }
    this.#nextAt = Math.max(this.#nextAt, this.#clock.now()) + this.#intervalMs
  }

  /** Lets no request pass for this long, in milliseconds. A shorter pause does not end a longer one. */
  pause(ms: number): void {
    this.#nextAt = Math.max(this.#nextAt, this.#clock.now() + ms)
  }
}

/** Passes every request through the rate limiter, retries and redirects included. */
export function withRateLimit(send: Send, limiter: RateLimiter): Send {
  return async (request, read) => {
    await limiter.acquire(request.signal)
    return send(request, read)
  }
}
