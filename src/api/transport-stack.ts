import { version } from '../own-files.ts'
import type { BodyBudget } from './body-budget.ts'
import type { ClientEvent } from './client-events.ts'
import type { ClientSettings } from './client-options.ts'
import type { RateLimiter } from './rate-limit/rate-limiter.ts'
import { withRateLimit } from './rate-limit/with-rate-limit.ts'
import type { Transport } from './transport.ts'
import { undiciTransport } from './undici-transport.ts'
import { withDecoding } from './with-decoding.ts'
import { withMemoryBudget } from './with-memory-budget.ts'
import { withRedirects } from './with-redirects.ts'
import { withRetry } from './with-retry.ts'
import { withTraffic, type Traffic } from './with-traffic.ts'

/** Builds the transports that a request passes through, from the network up. */
export function transportStack(
  settings: ClientSettings,
  limiter: RateLimiter,
  budget: BodyBudget,
  traffic: Traffic,
): Transport {
  const { origin, apiKey, timeouts, clock, maxRequests, retry, maxBodyBytes } = settings
  const emit = (event: ClientEvent) => {
    if (event.type === 'retry') traffic.retries++
    settings.onEvent?.(event)
  }
  const headers = { authorization: `Bearer ${apiKey}`, 'user-agent': `hansard/${version}` }

  const network = undiciTransport(origin, headers, timeouts)
  const counted = withTraffic(network.send, traffic, emit, maxRequests)
  const rateLimited = withRateLimit(counted, limiter, emit)
  const decoded = withDecoding(rateLimited, maxBodyBytes)
  const bounded = withMemoryBudget(decoded, budget, maxBodyBytes)
  const redirected = withRedirects(bounded, origin)
  return { send: withRetry(redirected, retry, clock, emit), close: network.close }
}
