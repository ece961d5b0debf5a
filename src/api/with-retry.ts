import type { ClientEvent } from './client-events.ts'
import type { Clock } from './clock.ts'
import { RetryState, type RetryPolicy } from './retry-state.ts'
import type { Headers, Send } from './transport.ts'

/** Retries requests as long as that may help, does no harm, and the policy allows it. */
export function withRetry(
  send: Send,
  policy: RetryPolicy,
  clock: Clock,
  emit: (event: ClientEvent) => void,
): Send {
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
        const waitMs = state.afterFailure(error, headers, new Date(), clock.now())
        emit(state.event(waitMs))
        if (waitMs > 0) await clock.sleep(waitMs, request.signal)
      }
    }
  }
}
