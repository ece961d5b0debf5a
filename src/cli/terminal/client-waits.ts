import type { ClientEvent } from '../../api/client-events.ts'
import { formatWait } from '../../api/retry-timing.ts'

/** What a client waits for: the retry of a request, or a pause of all requests that the API asked for. */
export class ClientWaits {
  /** How many requests were sent again. */
  retries = 0
  #retry = { until: 0, reason: '' }
  #pause = { until: 0, isAsked: false }

  /** Notes a retry or a pause that begins now. */
  add(event: ClientEvent & { type: 'retry' | 'pause' }, now: number): void {
    const until = now + event.waitMs
    if (event.type === 'pause') {
      if (until > this.#pause.until) this.#pause = { until, isAsked: event.isAsked }
    } else {
      this.retries++
      this.#retry = { until, reason: event.reason }
    }
  }

  isPaused(now: number): boolean {
    return this.#pause.until > now
  }

  /** Formats what is waited for, and how long still; undefined if nothing is. */
  format(now: number): string | undefined {
    if (this.isPaused(now)) {
      const why = this.#pause.isAsked ? ', as the API asked' : ': the API refuses requests'
      return `waiting ${formatWait(this.#pause.until - now)}${why}`
    }
    const { until, reason } = this.#retry
    return until > now ? `retry in ${formatWait(until - now)}: ${reason}` : undefined
  }
}
