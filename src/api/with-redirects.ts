import { HansardError } from '../errors.ts'
import type { ApiResponse, ApiRequest, Transport } from './transport.ts'

const MAX_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Follows redirects of a GET within the origin. The key is never sent to another origin. */
export function withRedirects(inner: Transport, origin: string): Transport {
  const send = async <T>(
    request: ApiRequest,
    read: (response: ApiResponse) => Promise<T>,
    remaining: number,
  ): Promise<T> =>
    inner.send(request, (response) => {
      if (!REDIRECTS.has(response.status)) return read(response)
      response.discard()
      return send(
        { ...request, path: pathOfRedirect(request, response, origin, remaining) },
        read,
        remaining - 1,
      )
    })
  return { send: (request, read) => send(request, read, MAX_REDIRECTS), close: () => inner.close() }
}

function pathOfRedirect(
  request: ApiRequest,
  response: ApiResponse,
  origin: string,
  remaining: number,
): string {
  const { status } = response
  const location = response.headers['location'] ?? ''
  if (!URL.canParse(location, origin + request.path))
    throw new HansardError(
      'redirected',
      `The request was redirected without a valid location (${request.name}, ${status})`,
      { status, hint: 'Check the base URL.' },
    )
  const target = new URL(location, origin + request.path)
  if (target.origin !== origin)
    throw new HansardError(
      'redirected',
      `The request was redirected to ${target.origin} (${request.name}, ${status})`,
      {
        status,
        hint: `The key is sent only to ${origin}. If you trust ${target.origin}, set it as the base URL.`,
      },
    )
  if (request.operation.method !== 'GET' || remaining === 0) {
    const tooOften = remaining === 0 ? ' too often' : ''
    throw new HansardError(
      'redirected',
      `The request was redirected${tooOften} (${request.name}, ${status})`,
      { status, hint: 'Check the base URL.' },
    )
  }
  return target.pathname + target.search
}
