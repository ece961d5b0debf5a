import { HansardError, type ErrorCode } from '../errors.ts'
import { parseContainer } from '../model/json/parse-json.ts'
import { detailOf } from './error-detail.ts'
import type { Scrub } from './key-scrubber.ts'
import { lookups, operations } from './operations.ts'
import type { CallName, Headers } from './transport.ts'

/** An answer that is no success, as far as it was read. */
export interface FailedResponse {
  readonly name: CallName
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Makes an error of an answer that is no success, whatever its body looks like. */
export function errorOfResponse({ name, status, headers, text }: FailedResponse, scrub: Scrub): HansardError {
  const json = parseContainer(scrub(text))
  const code = codeOf(status, headers, isFromApi(status, json, text))
  const detail = detailOf(scrub(text), json, scrub)
  const message = `${summaries[code] ?? 'The API failed'} (${name}, ${status})${detail && `: ${detail}`}`
  return new HansardError(code, message, { status, hint: hintOf(name, code, status) })
}

/**
 * A gateway in front of the service speaks JSON too: `{"message":"no Route matched…"}` at 404. Only a body in the form
 * of the API's own errors proves that the API looked and found nothing.
 */
function isFromApi(status: number, json: object | undefined, text: string): boolean {
  if (status !== 404) return json !== undefined || text.trim() === ''
  return json !== undefined && ['detail', 'code', 'type', 'object'].some((key) => key in json)
}

/** An answer that isn't the API's own says nothing about the key or the conversation: something stands in between. */
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
  'no-allowance': 'The allowance of this account is zero',
  'rate-limited': 'Too many requests',
  'key-refused': 'The API refused the key',
  'payment-required': 'The API wants payment',
  'not-found': 'The API knows no such thing, or not for this key',
  timeout: 'The API gave up waiting',
  conflict: 'The conversation is being changed by somebody else',
  'service-failed': 'The service failed',
  redirected: 'The answer is neither yes nor no',
  'request-refused': 'The API refused the request',
}

const hints: Partial<Record<ErrorCode, string>> = {
  'no-allowance': 'Waiting does not help: raise the limits of the workspace or use another key.',
  'rate-limited': 'Try again later, with fewer requests a second.',
  'key-refused': 'Check the key: is it whole, not revoked, and of this service?',
  'payment-required': 'Look at the billing page of the account.',
  'not-found': 'Check the id; a key sees only what its own user created in its workspace.',
  timeout: 'Try again later.',
  conflict: 'Wait some seconds and try again.',
  'service-failed': 'Try again later.',
  redirected: 'Check the base URL.',
  'request-refused': 'Change the request as the message says.',
}

function hintOf(name: CallName, code: ErrorCode, status: number): string | undefined {
  if (code === 'not-found' && !takesId(name)) return 'Check the base URL: the API is not there.'
  if (code !== 'service-failed' || status >= 500 || status === 425) return hints[code]
  return 'The answer does not look like the API: check the base URL, the proxy, and whether a login page stands in between.'
}

function takesId(name: CallName): boolean {
  return { ...operations, ...lookups }[name].path.includes('{id}')
}
