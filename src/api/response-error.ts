import { HansardError, type ErrorCode } from '../errors.ts'
import { parseContainer } from '../model/json/parse-json.ts'
import { detailOf } from './error-detail.ts'
import type { Scrub } from './key-scrubber.ts'
import { lookups, operations } from './operations.ts'
import type { CallName, Headers } from './transport.ts'

/** A response that is not a success, as far as it was read. */
export interface FailedResponse {
  readonly name: CallName
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Makes the error of a response that is not a success, whatever its body looks like. */
export function errorOfResponse({ name, status, headers, text }: FailedResponse, scrub: Scrub): HansardError {
  const json = parseContainer(scrub(text))
  const code = codeOf(status, headers, isFromApi(status, json, text))
  const detail = detailOf(scrub(text), json, scrub)
  const message = `${summaries[code] ?? 'The API failed'} (${name}, ${status})${detail && `: ${detail}`}`
  return new HansardError(code, message, { status, hint: hintOf(name, code, status) })
}

/**
 * Tells whether the API itself sent an error. A gateway in front of it sends JSON, too, such as
 * `{"message":"no Route matched…"}` with a 404: only a body in the form of the API's own errors counts there.
 */
function isFromApi(status: number, json: object | undefined, text: string): boolean {
  if (status !== 404) return json !== undefined || text.trim() === ''
  return json !== undefined && ['detail', 'code', 'type', 'object'].some((key) => key in json)
}

/** A response of a gateway or proxy says nothing about the key or the conversation. */
function codeOf(status: number, headers: Headers, fromApi: boolean): ErrorCode {
  if (status === 429) return hasNoAllowance(headers) ? 'no-allowance' : 'rate-limited'
  if (!fromApi && (status === 401 || status === 403 || status === 404)) return 'service-failed'
  if (status === 401 && fromApi) return 'key-refused'
  if (status === 402) return 'payment-required'
  if (status === 404) return 'not-found'
  if (status === 408) return 'timeout'
  if (status === 409) return 'conflict'
  if (status === 425 || status >= 500) return 'service-failed'
  if (status < 400) return 'redirected'
  return 'request-refused'
}

function hasNoAllowance(headers: Headers): boolean {
  return Object.entries(headers).some(
    ([name, value]) => name.startsWith('x-ratelimit-limit-') && /^0+$/.test(value.trim()),
  )
}

const summaries: Partial<Record<ErrorCode, string>> = {
  'no-allowance': 'The rate limit of this account is zero',
  'rate-limited': 'Too many requests',
  'key-refused': 'The API refused the key',
  'payment-required': 'Payment required',
  'not-found': 'Not found, or this key has no access to it',
  timeout: 'The API timed out',
  conflict: 'The conversation is being changed by another request',
  'service-failed': 'The service failed',
  redirected: 'Unexpected HTTP status',
  'request-refused': 'The API refused the request',
}

const hints: Partial<Record<ErrorCode, string>> = {
  'no-allowance': 'Waiting does not help: raise the limits of the workspace, or use another key.',
  'rate-limited': 'Try again later, with fewer requests per second.',
  'key-refused': 'Check that the key is complete, not revoked, and for this service.',
  'payment-required': 'Check the billing page of the account.',
  'not-found': 'Check the id. A key sees only what its own user created in its workspace.',
  timeout: 'Try again later.',
  conflict: 'Wait a few seconds and try again.',
  'service-failed': 'Try again later.',
  redirected: 'Check the base URL.',
  'request-refused': 'Correct the request as the message says.',
}

function hintOf(name: CallName, code: ErrorCode, status: number): string | undefined {
  if (code === 'not-found' && !takesId(name)) return 'Check the base URL: there is no API at it.'
  if (code !== 'service-failed' || status >= 500 || status === 425) return hints[code]
  return 'The response did not come from the API: check the base URL, the proxy, and whether a login page is in the way.'
}

function takesId(name: CallName): boolean {
  return { ...operations, ...lookups }[name].path.includes('{id}')
}
