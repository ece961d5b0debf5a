import type { ClientEvent } from '../client-events.ts'
import type { Send } from '../transport.ts'
import type { RateLimiter } from './rate-limiter.ts'

/** Passes every request through the rate limiter, retries and redirects included, and tells it what became of them. */
export function withRateLimit(send: Send, limiter: RateLimiter, emit: (event: ClientEvent) => void): Send {
  return async (request, read) => {
    const turn = await limiter.acquire(request.name, request.signal)
    // Only until the headers come: a body may have to wait for memory that another request frees.
    let isSettled = false
    try {
      return await send(request, (response) => {
        isSettled = true
        const pause = limiter.settle(turn, response)
        if (pause !== undefined) emit({ type: 'pause', name: request.name, ...pause })
        return read(response)
      })
    } catch (thrown) {
      if (!isSettled) limiter.fail(turn)
      throw thrown
    }
  }
}
