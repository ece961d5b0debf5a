import type { ClientEvent } from '../../api/client-events.ts'
import { formatWait } from '../../api/retry-timing.ts'

/** What a client waits for: the retry of a request, or a pause of all requests that the API asked for. */
export class ClientWaits {
  /** How many requests were sent again. */
  retries = 0
  #retry = { until: 0, reason: '' }
  #pausedUntil = 0

  /** Notes a retry or a pause that begins now. */
  add(event: ClientEvent & { type: 'retry' | 'pause' }, now: number): void {
    const until = now + event.waitMs
    if (event.type === 'pause') this.#pausedUntil = Math.max(this.#pausedUntil, until)
    else {
      this.retries++
      this.#retry = { until, reason: event.reason }
    }
  }

  isPaused(now: number): boolean {
    return this.#pausedUntil > now
  }

  /** Formats what is waited for, and how long still; undefined if nothing is. */
  format(now: number): string | undefined {
    if (this.isPaused(now)) return `waiting ${formatWait(this.#pausedUntil - now)}, as the API asked`
    const { until, reason } = this.#retry
    return until > now ? `retry in ${formatWait(until - now)}: ${reason}` : undefined
  }
}
