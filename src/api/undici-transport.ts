import { isIPv4 } from 'node:net'

import { Agent, EnvHttpProxyAgent, Pool, type Dispatcher } from 'undici'

import { HansardError } from '../errors.ts'
import { connectionError } from './connection-error.ts'
import { onAbort } from './on-abort.ts'
import { ResponseBody } from './response-body.ts'
import { interrupted } from './transport-errors.ts'
import type { ApiResponse, ApiRequest, Headers, Transport } from './transport.ts'

/** Timeouts, in milliseconds. */
export interface Timeouts {
  /** For the name lookup, the connection and TLS together. */
  readonly connectMs: number
  /** From the request to the headers of the response. */
  readonly firstByteMs: number
  /** Without data, while a body is being read. */
  readonly idleMs: number
  /** Replaces the last two for POST: a completion may take minutes. */
  readonly completionMs: number
}

/**
 * Sends requests with undici, through the proxies that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name. Requests, and with them
 * the key in `headers`, are sent to `origin` only.
 */
export function undiciTransport(origin: string, headers: Headers, timeouts: Timeouts): Transport {
  const dispatcher = dispatcherFor(origin, timeouts)
  const headersOf = requestHeaders(headers)
  return {
    async send(request, read) {
      const { path, body = null, operation } = request
      const options = { origin, path, method: operation.method, headers: headersOf(request), body }
      const response = await dispatch(dispatcher, options, limitsOf(request, timeouts), request.signal)
      return read(response)
    },
    close: () => dispatcher.destroy(),
  }
}

/**
 * Returns what sends requests to an origin. The number of connections is not limited: a body that waits for memory keeps
 * its connection, and the call that could free that memory may need another one first. This machine is never reached through a proxy (as in Go), so that the
 * sandbox works despite a company's proxy settings.
 */
export function dispatcherFor(origin: string, timeouts: Timeouts): Dispatcher {
  const connect = { timeout: timeouts.connectMs }
  if (isLoopback(new URL(origin).hostname)) return new Agent({ connect })
  try {
    return new EnvHttpProxyAgent({
      connect,
      proxyTls: connect,
      clientFactory: (proxy, options) => new Pool(proxy, { ...options, headersTimeout: timeouts.connectMs }),
    })
  } catch {
    throw new HansardError('usage', 'HTTPS_PROXY or HTTP_PROXY is not a valid proxy URL', {
      hint: 'Set it to http://host:port, or unset it.',
    })
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
}

/**
 * Builds the headers of reads, writes and streams, once for each client. Streams do not ask for compression: a proxy that
 * compresses may hold back the first event, which brings the id of the new conversation.
 */
function requestHeaders(headers: Headers): (request: ApiRequest) => Headers {
  const reads = { ...headers, accept: 'application/json, */*;q=0.1', 'accept-encoding': 'gzip' }
  const writes = { ...reads, 'content-type': 'application/json' }
  const streams = { ...writes, accept: 'text/event-stream', 'accept-encoding': 'identity' }
  return ({ operation, body }) => {
    if (operation.streams) return streams
    return body === undefined ? reads : writes
  }
}

function limitsOf({ operation }: ApiRequest, timeouts: Timeouts): Timeouts {
  if (operation.method !== 'POST') return timeouts
  return { ...timeouts, firstByteMs: timeouts.completionMs, idleMs: timeouts.completionMs }
}

/** Sends a request, and returns its response with the body still to come. The timeouts are ours, not undici's. */
function dispatch(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions & { readonly origin: string },
  { connectMs, firstByteMs, idleMs }: Timeouts,
  signal: AbortSignal | undefined,
): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(interrupted())
    let isOver = false
    let connection: Dispatcher.DispatchController | undefined
    let firstByte: NodeJS.Timeout | undefined
    let body: ResponseBody | undefined
    const finish = () => {
      isOver = true
      clearTimeout(firstByte)
      ignoreAbort()
    }
    const fail = (reason: Error) => {
      finish()
      body?.fail(reason)
      reject(reason)
    }
    const stop = () => {
      const reason = interrupted()
      fail(reason)
      connection?.abort(reason)
    }
    const timeOut = () => {
      const message = `No response from ${options.origin} within ${firstByteMs / 1000} s`
      connection?.abort(new HansardError('timeout', message, { hint: 'Try again later.' }))
    }
    const ignoreAbort = onAbort(signal, stop)
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        if (isOver) return controller.abort(interrupted())
        connection = controller
        firstByte = setTimeout(timeOut, firstByteMs)
      },
      onResponseStart(controller, status, headers) {
        if (status < 200) return
        clearTimeout(firstByte)
        const received = new ResponseBody(controller, idleMs)
        body = received
        resolve({ status, headers: joinHeaders(headers), body, discard: () => received.close() })
      },
      onResponseData: (_controller, chunk) => body?.push(chunk),
      onResponseEnd() {
        finish()
        body?.end()
      },
      onResponseError: (_controller, error) =>
        fail(connectionError(error, options.origin, connection !== undefined, connectMs)),
    }
    dispatcher.dispatch({ headersTimeout: 0, bodyTimeout: 0, ...options }, handler)
  })
}

function joinHeaders(headers: Record<string, string | string[] | undefined>): Headers {
  const all: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    all[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
  }
  return all
}
