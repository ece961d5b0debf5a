import type { Clock } from './clock.ts'
import type { Transport } from './transport.ts'

/** The door that all requests of a client go through: so many a second, and none while the service asks for a pause. */
export class RateLimiter {
  readonly #clock: Clock
  readonly #intervalMs: number
  #opensAt = 0

  constructor(clock: Clock, requestsPerSecond: number | undefined) {
    this.#clock = clock
    this.#intervalMs = requestsPerSecond === undefined ? 0 : 1000 / requestsPerSecond
  }

  /** Waits for its turn. All sleepers wake together; the first one through makes the others sleep on. */
  async enter(signal: AbortSignal | undefined): Promise<void> {
    let wait = this.#opensAt - this.#clock.now()
    while (wait > 0) {
      await this.#clock.sleep(wait, signal)
      wait = this.#opensAt - this.#clock.now()
    }
    this.#opensAt = Math.max(this.#opensAt, this.#clock.now()) + this.#intervalMs
  }

  /** Lets nobody through for this long. */
  pause(ms: number): void {
    this.#opensAt = Math.max(this.#opensAt, this.#clock.now() + ms)
  }
}

/** Sends every request, repeated and redirected ones too, through the gate. */
export function withRateLimit(inner: Transport, gate: RateLimiter): Transport {
  return {
    async send(request, read) {
      await gate.enter(request.signal)
      return inner.send(request, read)
    },
    close: () => inner.close(),
  }
}
