import { HansardError, isHansardError } from '../errors.ts'
import type { ClientEvent } from './client-events.ts'
import type { Repeat } from './operations.ts'
import { backoffMs, formatWait, retryAfterMs } from './retry-timing.ts'
import { RefusingError, UnsentError } from './transport-errors.ts'
import type { ApiRequest, Headers } from './transport.ts'

/** How often and how long a client retries. */
export interface RetryPolicy {
  /** How often a request is sent at most. A 429 does not count. */
  readonly attempts: number
  /** How long one call may wait for retries in all, in milliseconds. */
  readonly budgetMs: number
  /** Returns a number from 0 to 1, for jitter. */
  readonly random: () => number
}

/** A body that is not JSON, or a redirect to another place, is likely to come again. */
const FEW_ATTEMPTS = 3

/** The attempts of one call so far, and what follows from them. */
export class RetryState {
  readonly #request: Pick<ApiRequest, 'name' | 'path' | 'operation'>
  readonly #policy: RetryPolicy
  #sent = 0
  #rateLimited = 0
  #waitedMs = 0
  #refusedAt: number | undefined
  #reason = ''

  constructor(request: Pick<ApiRequest, 'name' | 'path' | 'operation'>, policy: RetryPolicy) {
    this.#request = request
    this.#policy = policy
  }

  /**
   * Says how long to wait before the next attempt, in milliseconds, or throws the error that the call ends with. `now` is
   * the time of day, for a Retry-After that is a date, and `at` that of the client's clock.
   */
  afterFailure(error: unknown, headers: Headers, now: Date, at: number): number {
    this.#sent++
    if (!isHansardError(error) || !mayRepeat(error, this.#request.operation.repeat)) throw error
    this.#reason = error.message
    const pauseMs = requestedPause(error, headers, now)
    if (error.code === 'rate-limited') return this.#afterRefusal(error, pauseMs, at)
    if (this.#sent - this.#rateLimited >= this.#maxAttempts(error)) throw this.#lastError(error)
    // Jitter on top of Retry-After: calls that wait together should not come back together.
    const waitMs = (pauseMs ?? 0) + backoffMs(this.#sent, this.#policy.random)
    if (this.#waitedMs + waitMs > this.#policy.budgetMs) throw this.#outOfTime(error, pauseMs ?? waitMs)
    this.#waitedMs += waitMs
    return waitMs
  }

  /**
   * After a 429, the rate limiter decides when the request is sent again. Only a request that is refused again while others
   * pass waits by itself, too.
   */
  #afterRefusal(error: HansardError, pauseMs = 0, at: number): number {
    this.#refusedAt ??= at
    const waitMs = this.#rateLimited === 0 ? 0 : backoffMs(this.#rateLimited, this.#policy.random)
    this.#rateLimited++
    this.#waitedMs = Math.max(this.#waitedMs, at - this.#refusedAt)
    if (this.#waitedMs + Math.max(pauseMs, waitMs) > this.#policy.budgetMs)
      throw this.#outOfTime(error, Math.max(pauseMs, waitMs))
    return waitMs
  }

  /** The event that announces the next attempt. */
  event(waitMs: number): ClientEvent {
    const { name, path } = this.#request
    return { type: 'retry', name, path, reason: this.#reason, sent: this.#sent, waitMs }
  }

  #maxAttempts({ code }: HansardError): number {
    const { attempts } = this.#policy
    return code === 'not-json' || code === 'redirected' ? Math.min(attempts, FEW_ATTEMPTS) : attempts
  }

  #lastError(error: HansardError): HansardError {
    if (this.#sent === 1) return error
    return withMessage(error, `${error.message} (${this.#tries()})`, error.hint)
  }

  #outOfTime(error: HansardError, waitMs: number): HansardError {
    const waits = `the next attempt would be in ${formatWait(waitMs)}, after ${formatWait(this.#waitedMs)} of waiting`
    const hint = `Try again in ${formatWait(waitMs)}, or send fewer requests.`
    return withMessage(error, `${error.message} (${this.#tries()}; ${waits})`, hint)
  }

  #tries(): string {
    return this.#sent === 1 ? 'sent once' : `sent ${this.#sent} times`
  }
}

/**
 * Tells whether retrying a request may help and does no harm. After a failure of the service, the request may or may not
 * have been executed; after a 429 it has not.
 */
function mayRepeat(error: HansardError, repeat: Repeat): boolean {
  if (error.code === 'file') return false // this machine is out of file descriptors
  if (error instanceof RefusingError) return false
  if (error instanceof UnsentError || error.code === 'rate-limited') return true
  return repeat === 'always' && isTransient(error)
}

function isTransient({ code, status }: HansardError): boolean {
  if (code === 'network' || code === 'timeout' || code === 'conflict' || code === 'not-json') return true
  // A login page or a proxy that is in the way for a moment redirects, too. The key is never sent there.
  if (code === 'redirected') return true
  // A 404 that is not the API's own comes from a wrong base URL, which does not change.
  return code === 'service-failed' && status !== 404
}

function requestedPause({ status }: HansardError, headers: Headers, now: Date): number | undefined {
  if (status !== 429 && status !== 503) return undefined
  return retryAfterMs(headers, now) || undefined
}

function withMessage(error: HansardError, message: string, hint: string | undefined): HansardError {
  const { code, status, body, cause } = error
  return new HansardError(code, message, { hint, status, body, cause })
}
