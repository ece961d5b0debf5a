import { HansardError } from '../errors.ts'
import type { ClientEvent } from './client-events.ts'
import { systemClock, type Clock } from './clock.ts'
import type { Timeouts } from './undici-transport.ts'
import type { RetryPolicy } from './with-retry.ts'

/** What a client may be told; only the key must be. */
export interface ClientOptions {
  readonly apiKey: string
  /** Default: https://api.mistral.ai. May have a path, in front of `/v1`. */
  readonly baseUrl?: string | undefined
  /** In milliseconds. Default: 10 s to connect, 60 s each for first byte and idleness, 10 min where a completion runs. */
  readonly timeouts?: Partial<Timeouts> | undefined
  /** Hard cap of one body, in bytes. Default: 256 MiB. */
  readonly maxBodyBytes?: number | undefined
  /** What all bodies in flight may take together, in bytes; one larger body at a time may go beyond. Default: 64 MiB. */
  readonly bodyBudgetBytes?: number | undefined
  /** Default: 6 attempts, 10 minutes of waiting. */
  readonly retry?: Partial<RetryPolicy> | undefined
  /** Shared by all callers. Default: no limit of our own. */
  readonly requestsPerSecond?: number | undefined
  /** Requests in all, repeated ones included; a further one is not sent and fails with `budget`. Default: no limit. */
  readonly maxRequests?: number | undefined
  /** Hears what the client is doing. */
  readonly onEvent?: ((event: ClientEvent) => void) | undefined
  /** For tests. */
  readonly clock?: Clock | undefined
}

/** Options checked and filled in. */
export interface ClientSettings {
  readonly apiKey: string
  readonly origin: string
  readonly basePath: string
  readonly timeouts: Timeouts
  readonly maxBodyBytes: number
  readonly bodyBudgetBytes: number
  readonly patience: RetryPolicy
  readonly requestsPerSecond: number | undefined
  readonly maxRequests: number
  readonly onEvent: ((event: ClientEvent) => void) | undefined
  readonly clock: Clock
}

const MIB = 2 ** 20

/** Checks the options of a client and fills in the defaults. */
export function clientSettings(options: ClientOptions): ClientSettings {
  const { origin, basePath } = placeOf(options.baseUrl ?? 'https://api.mistral.ai')
  return {
    apiKey: checkedKey(options.apiKey),
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
    bodyBudgetBytes: options.bodyBudgetBytes ?? 64 * MIB,
    patience: { attempts: 6, budgetMs: 600_000, random: Math.random, ...options.retry },
    requestsPerSecond: positive('requestsPerSecond', options.requestsPerSecond),
    maxRequests: positive('maxRequests', options.maxRequests) ?? Infinity,
    onEvent: options.onEvent,
    clock: options.clock ?? systemClock,
  }
}

/** A header can carry visible ASCII; what else a key holds came from a bad paste. */
function checkedKey(apiKey: string): string {
  if (/^[!-~]+$/.test(apiKey)) return apiKey
  const what = apiKey === '' ? 'empty' : 'no key: it holds spaces, line ends or characters that no key has'
  throw new HansardError('usage', `The API key is ${what}`, {
    hint: 'Give the key alone, as the console of the service shows it.',
  })
}

function placeOf(baseUrl: string): { readonly origin: string; readonly basePath: string } {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new HansardError(
      'usage',
      `The base URL is no http(s) URL: ${JSON.stringify(withoutUser(baseUrl))}`,
      {
        hint: 'Give one such as https://api.mistral.ai.',
      },
    )
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new HansardError(
      'usage',
      'The base URL holds more than a place: a user, a password, a query or a fragment',
      {
        hint: 'Give scheme, host and path alone; the key has its own place.',
      },
    )
  // The paths of the operations begin with /v1; other clients want it in the base URL, so people bring it along.
  return { origin: url.origin, basePath: url.pathname.replace(/(\/v1)?\/*$/, '') }
}

function withoutUser(url: string): string {
  return url.slice(url.lastIndexOf('@') + 1).slice(0, 200)
}

function positive(name: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isFinite(value) && value > 0)) return value
  throw new HansardError('usage', `The option ${name} is ${value}, which is no number above zero`, {
    hint: 'Give a number above zero, or leave the option out.',
  })
}
