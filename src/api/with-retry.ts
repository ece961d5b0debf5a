import type { ClientEvent } from './client-events.ts'
import type { Clock } from './clock.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { RetryState, type RetryPolicy } from './retry-state.ts'
import type { Headers, Send } from './transport.ts'

interface RetryTools {
  readonly limiter: RateLimiter
  readonly clock: Clock
  readonly emit: (event: ClientEvent) => void
}

/** Retries requests as long as that may help, does no harm, and the policy allows it. */
export function withRetry(send: Send, policy: RetryPolicy, { limiter, clock, emit }: RetryTools): Send {
  return async (request, read) => {
    const state = new RetryState(request, policy)
    for (;;) {
      let headers: Headers = {}
      try {
        return await send(request, (response) => {
          headers = response.headers
          return read(response)
        })
      } catch (error) {
        const { waitMs, pauseMs } = state.afterFailure(error, headers, new Date())
        if (pauseMs !== undefined) {
          limiter.pause(pauseMs)
          emit({ type: 'pause', name: request.name, waitMs: pauseMs })
        }
        emit(state.event(waitMs))
        await clock.sleep(waitMs, request.signal)
      }
    }
  }
}
