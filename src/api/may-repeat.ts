import type { HansardError } from '../errors.ts'
import type { Repeat } from './operations.ts'
import { UnsentError } from './transport-errors.ts'

/**
 * Tells whether sending a request again may help and does no harm. A failure of the service says nothing about whether
 * it has done what it was asked to; a 429 says that it has not.
 */
export function mayRepeat(error: HansardError, repeat: Repeat): boolean {
  if (error.code === 'file') return false // it is this machine that fails
  if (error instanceof UnsentError || error.code === 'rate-limited') return true
  return repeat === 'always' && isPassing(error)
}

function isPassing({ code, status }: HansardError): boolean {
  if (code === 'network' || code === 'timeout' || code === 'conflict' || code === 'not-json') return true
  // What stands in the way for a moment (a login page, a proxy) redirects, too. The key never follows.
  if (code === 'redirected') return true
  // A 404 that did not come from the API comes from a wrong base URL, and will again.
  return code === 'service-failed' && status !== 404
}
