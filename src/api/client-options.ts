import { HansardError } from '../errors.ts'
import { BodyBudget } from './body-budget.ts'
import type { ClientEvent } from './client-events.ts'
import { systemClock, type Clock } from './clock.ts'
import { RateLimiter } from './rate-limit/rate-limiter.ts'
import type { RetryPolicy } from './retry-state.ts'
import type { Timeouts } from './undici-transport.ts'

/** The public API. */
export const PUBLIC_API = 'https://api.mistral.ai'

/** Client options; only `apiKey` is required. */
export interface ClientOptions {
  /** Sent as `Authorization: Bearer`. Visible ASCII characters only. */
  readonly apiKey: string
  /** Default: https://api.mistral.ai. May have a path; `/v1` at its end is optional. */
  readonly baseUrl?: string | undefined
  /** In milliseconds. Default: 10 s to connect, 60 s to the first byte, 60 s idle, 10 min for both where a completion runs. */
  readonly timeouts?: Partial<Timeouts> | undefined
  /** The maximum size of one body, in bytes; a larger one fails with `too-large`. Default: 256 MiB. */
  readonly maxBodyBytes?: number | undefined
  /** The memory for all bodies in flight, in bytes; one larger body at a time may exceed it. Default: 64 MiB. */
  readonly bodyBudgetBytes?: number | undefined
  /** Default: 6 attempts, and at most 10 minutes of waiting in all. */
  readonly retry?: Partial<RetryPolicy> | undefined
  /** The highest rate of all calls of this client together. Default: none; the client finds out what the service accepts. */
  readonly requestsPerSecond?: number | undefined
  /** The maximum number of requests, retries included; after that calls fail with `budget`. Default: none. */
  readonly maxRequests?: number | undefined
  /** Shared with clients whose requests the service counts together; replaces `requestsPerSecond`. Default: its own. */
  readonly rateLimiter?: RateLimiter | undefined
  /** Shared with other clients of this process; replaces `bodyBudgetBytes`. Default: its own. */
  readonly bodyBudget?: BodyBudget | undefined
  /** Called with each request, retry and pause. */
  readonly onEvent?: ((event: ClientEvent) => void) | undefined
  /** Replaces the clock, in tests. */
  readonly clock?: Clock | undefined
}

/** Validated options with their defaults. */
export type ClientSettings = ReturnType<typeof clientSettings>

const MIB = 2 ** 20

/** The default memory for all bodies in flight, in bytes. */
const BODY_BUDGET = 64 * MIB

/** The default time that all attempts of a request may wait, in milliseconds. */
const PATIENCE_MS = 600_000

/**
 * Creates a `rateLimiter` for several clients.
 *
 * @param requestsPerSecond what all of them may send together; default: what the service accepts
 */
export function sharedRateLimiter(requestsPerSecond?: number): RateLimiter {
  const maxPerSecond = positive('requestsPerSecond', requestsPerSecond)
  return new RateLimiter(systemClock, { maxPerSecond, patienceMs: PATIENCE_MS })
}

/** Creates a `bodyBudget` for several clients, as large as that of one. */
export function sharedBodyBudget(): BodyBudget {
  return new BodyBudget(BODY_BUDGET)
}

/**
 * Validates the options of a client and fills in the defaults.
 *
 * @throws HansardError `usage` if one is invalid
 */
export function clientSettings(options: ClientOptions) {
  const retry = { attempts: 6, budgetMs: PATIENCE_MS, random: Math.random, ...options.retry }
  const clock = options.clock ?? systemClock
  const maxPerSecond = positive('requestsPerSecond', options.requestsPerSecond)
  const { origin, basePath } = parseBaseUrl(options.baseUrl ?? PUBLIC_API)
  return {
    apiKey: checkKey(options.apiKey),
    origin,
    basePath,
    timeouts: {
      connectMs: 10_000,
      firstByteMs: 60_000,
      idleMs: 60_000,
      completionMs: 600_000,
      ...options.timeouts,
    },
    maxBodyBytes: options.maxBodyBytes ?? 256 * MIB,
    bodyBudget: options.bodyBudget ?? new BodyBudget(options.bodyBudgetBytes ?? BODY_BUDGET),
    retry,
    rateLimiter: options.rateLimiter ?? new RateLimiter(clock, { maxPerSecond, patienceMs: retry.budgetMs }),
    maxRequests: positive('maxRequests', options.maxRequests) ?? Infinity,
    onEvent: options.onEvent,
    clock,
  }
}

/** An HTTP header carries visible ASCII; other characters in a key come from a bad paste. */
function checkKey(apiKey: string): string {
  if (/^[!-~]+$/.test(apiKey)) return apiKey
  const problem = apiKey === '' ? 'is empty' : 'contains spaces, line breaks or other invalid characters'
  throw new HansardError('usage', `The API key ${problem}`, {
    hint: 'Pass the key alone, as the console of the service shows it.',
  })
}

function parseBaseUrl(baseUrl: string): { readonly origin: string; readonly basePath: string } {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new HansardError(
      'usage',
      `The base URL is not an http(s) URL: ${JSON.stringify(withoutUser(baseUrl))}`,
      { hint: 'Use a URL such as https://api.mistral.ai.' },
    )
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new HansardError('usage', 'The base URL contains a user, a password, a query or a fragment', {
      hint: 'Use only scheme, host and path. The key is passed separately.',
    })
  // The paths of the operations begin with /v1. Other clients want it in the base URL, so it is accepted there.
  return { origin: url.origin, basePath: url.pathname.replace(/(\/v1)?\/*$/, '') }
}

function withoutUser(url: string): string {
  return url.slice(url.lastIndexOf('@') + 1).slice(0, 200)
}

function positive(name: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isFinite(value) && value > 0)) return value
  throw new HansardError('usage', `The option ${name} must be greater than zero, and is ${value}`, {
    hint: 'Use a number greater than zero, or leave the option out.',
  })
}
