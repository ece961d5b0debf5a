import type { HansardError } from '../errors.ts'
import type { Repeat } from './operations.ts'
import { UnsentError } from './transport-errors.ts'

/**
 * Tells whether retrying a request may help and does no harm. After a failure of the service, the request may or may not
 * have been executed; after a 429 it has not.
 */
export function mayRepeat(error: HansardError, repeat: Repeat): boolean {
  if (error.code === 'file') return false // this machine is out of file descriptors
  if (error instanceof UnsentError || error.code === 'rate-limited') return true
  return repeat === 'always' && isTransient(error)
}

function isTransient({ code, status }: HansardError): boolean {
  if (code === 'network' || code === 'timeout' || code === 'conflict' || code === 'not-json') return true
  // A login page or a proxy that is in the way for a moment redirects, too. The key is never sent there.
  if (code === 'redirected') return true
  // A 404 that is not the API's own comes from a wrong base URL, which does not change.
  return code === 'service-failed' && status !== 404
}
