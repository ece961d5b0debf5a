import { HansardError, isHansardError, isOutOfFiles, messageOf, outOfFiles } from '../errors.ts'
import { interrupted, UnsentError } from './transport-errors.ts'

/** Makes the error of a connection that failed. `started` tells whether sending the request had begun. */
export function connectionError(
  error: Error,
  origin: string,
  started: boolean,
  connectMs: number,
): HansardError {
  if (isHansardError(error)) return error
  const code = codeOf(error)
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return interrupted()
  if (!started && isOutOfFiles(error)) {
    return new UnsentError('file', outOfFiles.message, { hint: outOfFiles.hint, cause: error })
  }
  const facts = { cause: error, hint: hintFor(code, started) }
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return new UnsentError('timeout', `No connection to ${origin} within ${connectMs / 1000} s`, facts)
  const reason = messageOf(error).replaceAll(/\s+/g, ' ').trim() || code // OpenSSL writes several lines
  if (!started) return new UnsentError('network', `Cannot connect to ${origin}: ${reason}`, facts)
  return new HansardError('network', `The connection to ${origin} broke: ${reason}`, facts)
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function hintFor(code: string, started: boolean): string {
  if (started) return 'Try again.'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'Check the base URL (and the proxy, if HTTPS_PROXY or HTTP_PROXY is set), and that this machine is online.'
  if (code === 'ECONNREFUSED')
    return 'Nothing listens at this address: check the base URL, and the proxy if HTTPS_PROXY or HTTP_PROXY is set.'
  if (/CERT|SSL|TLS|SELF_SIGNED|VERIFY|EPROTO/.test(code))
    return 'The certificate cannot be verified: check the base URL. For a company proxy, set NODE_EXTRA_CA_CERTS.'
  return 'Check the base URL, the network and the proxy settings (HTTPS_PROXY, NO_PROXY).'
}
