import { HansardError } from '../errors.ts'
import type { ApiResponse, ApiRequest, Transport } from './transport.ts'

const MOST_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Follows the redirects of a GET inside the origin; the key never goes anywhere else. */
export function withRedirects(inner: Transport, origin: string): Transport {
  const send = async <T>(
    request: ApiRequest,
    read: (answer: ApiResponse) => Promise<T>,
    left: number,
  ): Promise<T> =>
    inner.send(request, (answer) => {
      if (!REDIRECTS.has(answer.status)) return read(answer)
      answer.discard()
      return send({ ...request, path: pathOfRedirect(request, answer, origin, left) }, read, left - 1)
    })
  return {
    send: (request, read) => send(request, read, MOST_REDIRECTS),
    close: () => inner.close(),
  }
}

function pathOfRedirect(request: ApiRequest, answer: ApiResponse, origin: string, left: number): string {
  const { status } = answer
  const location = answer.headers['location'] ?? ''
  if (!URL.canParse(location, origin + request.path))
    throw new HansardError(
      'redirected',
      `The request was redirected to nowhere (${request.name}, ${status})`,
      {
        status,
        hint: 'Check the base URL.',
      },
    )
  const target = new URL(location, origin + request.path)
  if (target.origin !== origin)
    throw new HansardError(
      'redirected',
      `The request was redirected to ${target.origin} (${request.name}, ${status})`,
      {
        status,
        hint: `The key is sent to ${origin} alone. If you trust ${target.origin}, give it as the base URL.`,
      },
    )
  if (request.operation.method !== 'GET' || left === 0) {
    const often = left === 0 ? ' too often' : ''
    throw new HansardError('redirected', `The request was redirected${often} (${request.name}, ${status})`, {
      status,
      hint: 'Check the base URL.',
    })
  }
  return target.pathname + target.search
}
