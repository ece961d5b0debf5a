import { HansardError, type ErrorCode } from '../errors.ts'
import { parseContainer } from '../model/json/parse-json.ts'
import { detailOf } from './error-detail.ts'
import type { Scrub } from './key-scrubber.ts'
import { allOperations } from './operations.ts'
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
  const message = `${texts[code][0]} (${name}, ${status})${detail && `: ${detail}`}`
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
function codeOf(status: number, headers: Headers, fromApi: boolean): FailureCode {
  if (status === 429) return hasNoAllowance(headers) ? 'no-allowance' : 'rate-limited'
  if (!fromApi && (status === 401 || status === 403 || status === 404)) return 'service-failed'
  if (status === 401) return 'key-refused'
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

/** The summary of an error, and what to do. */
const texts = {
  'no-allowance': [
    'The rate limit of this account is zero',
    'Waiting does not help: raise the limits of the workspace, or use another key.',
  ],
  'rate-limited': ['Too many requests', 'Try again later, with fewer requests per second.'],
  'key-refused': [
    'The API refused the key',
    'Check that the key is complete, not revoked, and for this service.',
  ],
  'payment-required': ['Payment required', 'Check the billing page of the account.'],
  'not-found': [
    'Not found, or this key has no access to it',
    'Check the id. A key sees only what its own user created in its workspace.',
  ],
  timeout: ['The API timed out', 'Try again later.'],
  conflict: ['The conversation is being changed by another request', 'Wait a few seconds and try again.'],
  'service-failed': ['The service failed', 'Try again later.'],
  redirected: ['Unexpected HTTP status', 'Check the base URL.'],
  'request-refused': ['The API refused the request', 'Correct the request as the message says.'],
} as const satisfies Partial<Record<ErrorCode, readonly [summary: string, hint: string]>>

type FailureCode = keyof typeof texts

function hintOf(name: CallName, code: FailureCode, status: number): string {
  if (code === 'not-found' && !allOperations[name].path.includes('{id}'))
    return 'Check the base URL: there is no API at it.'
  if (code !== 'service-failed' || status >= 500 || status === 425) return texts[code][1]
  return 'The response did not come from the API: check the base URL, the proxy, and whether a login page is in the way.'
}
