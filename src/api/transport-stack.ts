import { version } from '../version.ts'
import type { BodyBudget } from './body-budget.ts'
import type { ClientEvent } from './client-events.ts'
import type { ClientSettings } from './client-options.ts'
import { RateLimiter, withRateLimit } from './rate-limiter.ts'
import type { Transport } from './transport.ts'
import { undiciTransport } from './undici-transport.ts'
import { withDecoding } from './with-decoding.ts'
import { withMemoryBudget } from './with-memory-budget.ts'
import { withRedirects } from './with-redirects.ts'
import { withRetry } from './with-retry.ts'
import { withTraffic, type Traffic } from './with-traffic.ts'

/** All that a request goes through, from the wire up. */
export function transportStack(settings: ClientSettings, budget: BodyBudget, traffic: Traffic): Transport {
  const { origin, apiKey, timeouts, clock, requestsPerSecond, maxRequests, patience, maxBodyBytes } = settings
  const gate = new RateLimiter(clock, requestsPerSecond)
  const tell = (event: ClientEvent) => {
    if (event.type === 'retry') traffic.retries++
    settings.onEvent?.(event)
  }
  const headers = {
    authorization: `Bearer ${apiKey}`,
    'user-agent': `hansard/${version}`,
  }

  const wire = undiciTransport({ origin, headers, timeouts })
  const recorded = withTraffic(wire, traffic, tell, maxRequests)
  const paced = withRateLimit(recorded, gate)
  const decoded = withDecoding(paced, maxBodyBytes)
  const bounded = withMemoryBudget(decoded, budget, maxBodyBytes)
  const redirected = withRedirects(bounded, origin)
  return withRetry(redirected, patience, { gate, clock, tell })
}
