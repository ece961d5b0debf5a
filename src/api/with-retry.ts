import { HansardError, isHansardError } from '../errors.ts'
import type { ClientEvent } from './client-events.ts'
import type { Clock } from './clock.ts'
import { mayRepeat } from './may-repeat.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { backoffMs, inWords, retryAfterMs } from './retry-timing.ts'
import type { ApiRequest, Headers, Transport } from './transport.ts'

/** How patient a client is. */
export interface RetryPolicy {
  /** How often a request may be sent in all; a 429 does not count. */
  readonly attempts: number
  /** How long one call may wait between its attempts, in milliseconds, all waits together. */
  readonly budgetMs: number
  /** A number from 0 to 1. */
  readonly random: () => number
}

interface Surroundings {
  readonly gate: RateLimiter
  readonly clock: Clock
  readonly tell: (event: ClientEvent) => void
}

/** A body that is not JSON, and a redirect that leads nowhere, are likely to come again as they are. */
const FEW_ATTEMPTS = 3

/** Sends a request again while that may help, does no harm and patience lasts. */
export function withRetry(
  inner: Transport,
  patience: RetryPolicy,
  { gate, clock, tell }: Surroundings,
): Transport {
  return {
    async send(request, read) {
      const story = new RetryState(request, patience)
      for (;;) {
        let headers: Headers = {}
        try {
          return await inner.send(request, (answer) => {
            headers = answer.headers
            return read(answer)
          })
        } catch (error) {
          const { waitMs, pauseMs } = story.afterFailure(error, headers)
          if (pauseMs !== undefined) {
            gate.pause(pauseMs)
            tell({ type: 'pause', name: request.name, waitMs: pauseMs })
          }
          tell(story.event(waitMs))
          await clock.sleep(waitMs, request.signal)
        }
      }
    },
    close: () => inner.close(),
  }
}

interface Wait {
  readonly waitMs: number
  /** How long nobody should send anything. */
  readonly pauseMs: number | undefined
}

/** What has happened to one call so far. */
class RetryState {
  readonly #request: ApiRequest
  readonly #patience: RetryPolicy
  #sent = 0
  #limited = 0
  #waitedMs = 0
  #reason = ''

  constructor(request: ApiRequest, patience: RetryPolicy) {
    this.#request = request
    this.#patience = patience
  }

  /** Says how long to wait before the next attempt, or throws what the call ends with. */
  afterFailure(error: unknown, headers: Headers): Wait {
    this.#sent++
    if (!isHansardError(error) || !mayRepeat(error, this.#request.operation.repeat)) throw error
    if (error.code === 'rate-limited') this.#limited++
    else if (this.#sent - this.#limited >= this.#attemptsAt(error)) throw this.#atLast(error)
    const pauseMs = this.#pauseAskedFor(error, headers)
    // Jitter on top of what was asked for: the callers that wait together should not come back together.
    const waitMs = (pauseMs ?? 0) + backoffMs(this.#sent, this.#patience.random)
    if (this.#waitedMs + waitMs > this.#patience.budgetMs) throw this.#outOfPatience(error, pauseMs ?? waitMs)
    this.#waitedMs += waitMs
    this.#reason = error.message
    return { waitMs, pauseMs }
  }

  event(waitMs: number): ClientEvent {
    const { name, path } = this.#request
    return { type: 'retry', name, path, reason: this.#reason, sent: this.#sent, waitMs }
  }

  #attemptsAt({ code }: HansardError): number {
    const { attempts } = this.#patience
    return code === 'not-json' || code === 'redirected' ? Math.min(attempts, FEW_ATTEMPTS) : attempts
  }

  #pauseAskedFor({ status }: HansardError, headers: Headers): number | undefined {
    if (status !== 429 && status !== 503) return undefined
    return retryAfterMs(headers, new Date()) || undefined
  }

  #atLast(error: HansardError): HansardError {
    if (this.#sent === 1) return error
    return withMessage(error, `${error.message} (sent ${this.#sent} times)`, error.hint)
  }

  #outOfPatience(error: HansardError, waitMs: number): HansardError {
    const waits = `the next attempt would be in ${inWords(waitMs)}, after ${inWords(this.#waitedMs)} of waiting`
    const hint = `Try again in ${inWords(waitMs)}, or lower the number of requests.`
    return withMessage(error, `${error.message} (sent ${this.#sent} times; ${waits})`, hint)
  }
}

function withMessage(error: HansardError, message: string, hint: string | undefined): HansardError {
  const { code, status, body, cause } = error
  return new HansardError(code, message, { hint, status, body, cause })
}
