import { HansardError } from '../errors.ts'
import type { ApiResponse, ApiRequest, Send } from './transport.ts'

const MAX_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Follows redirects of a GET within the origin. The key is never sent to another origin. */
export function withRedirects(send: Send, origin: string, remaining = MAX_REDIRECTS): Send {
  return (request, read) =>
    send(request, (response) => {
      if (!REDIRECTS.has(response.status)) return read(response)
      response.discard()
      const path = pathOfRedirect(request, response, origin, remaining)
      return withRedirects(send, origin, remaining - 1)({ ...request, path }, read)
    })
}

function pathOfRedirect(
  request: ApiRequest,
  { status, headers }: ApiResponse,
  origin: string,
  remaining: number,
): string {
  const refused = (how: string, hint = 'Check the base URL.') =>
    new HansardError('redirected', `The request was redirected${how} (${request.name}, ${status})`, {
      status,
      hint,
    })
  const location = headers['location'] ?? ''
  if (!URL.canParse(location, origin + request.path)) throw refused(' without a valid location')
  const target = new URL(location, origin + request.path)
  if (target.origin !== origin)
    throw refused(
      ` to ${target.origin}`,
      `The key is sent only to ${origin}. If you trust ${target.origin}, set it as the base URL.`,
    )
  if (request.operation.method !== 'GET' || remaining === 0)
    throw refused(remaining === 0 ? ' too often' : '')
  return target.pathname + target.search
}
