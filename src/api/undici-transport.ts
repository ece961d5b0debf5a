import { isIPv4 } from 'node:net'

import { Agent, EnvHttpProxyAgent, Pool, type Dispatcher } from 'undici'

import { HansardError } from '../errors.ts'
import { connectionError } from './connection-error.ts'
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
  const exchange = (request: ApiRequest) =>
    new Promise<ApiResponse>((resolve, reject) => {
      const handler = new Exchange(request, origin, limitsOf(request, timeouts), resolve, reject)
      if (handler.isOver) return
      const { path, body = null, operation } = request
      const options = { origin, path, method: operation.method, headers: headersOf(request), body }
      dispatcher.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler)
    })
  return {
    send: async (request, read) => read(await exchange(request)),
    close: () => dispatcher.destroy(),
  }
}

/**
 * The number of connections is not limited: a body that waits for memory keeps its connection, and the call that could
 * free that memory may need another one first. This machine is never reached through a proxy (as in Go), so that the
 * sandbox works despite a company's proxy settings.
 */
function dispatcherFor(origin: string, timeouts: Timeouts): Dispatcher {
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

/** One request and its response, in undici's callbacks. */
class Exchange implements Dispatcher.DispatchHandler {
  isOver = false
  readonly #origin: string
  readonly #signal: AbortSignal | undefined
  readonly #limits: Timeouts
  readonly #resolve: (response: ApiResponse) => void
  readonly #reject: (reason: Error) => void
  #controller: Dispatcher.DispatchController | undefined
  #firstByte: NodeJS.Timeout | undefined
  #body: ResponseBody | undefined

  constructor(
    request: ApiRequest,
    origin: string,
    limits: Timeouts,
    resolve: (response: ApiResponse) => void,
    reject: (reason: Error) => void,
  ) {
    this.#origin = origin
    this.#signal = request.signal
    this.#limits = limits
    this.#resolve = resolve
    this.#reject = reject
    if (this.#signal?.aborted) this.#stop()
    else this.#signal?.addEventListener('abort', this.#stop)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.isOver) return controller.abort(interrupted())
    this.#controller = controller
    this.#firstByte = setTimeout(() => this.#timeOut(), this.#limits.firstByteMs)
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return
    clearTimeout(this.#firstByte)
    const body = new ResponseBody(controller, this.#limits.idleMs)
    this.#body = body
    this.#resolve({ status, headers: joinHeaders(headers), body, discard: () => body.close() })
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#body?.push(chunk)
  }

  onResponseEnd(): void {
    this.#finish()
    this.#body?.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(connectionError(error, this.#origin, this.#controller !== undefined, this.#limits.connectMs))
  }

  readonly #stop = () => {
    const reason = interrupted()
    this.#fail(reason)
    this.#controller?.abort(reason)
  }

  #timeOut(): void {
    const seconds = this.#limits.firstByteMs / 1000
    this.#controller?.abort(
      new HansardError('timeout', `No response from ${this.#origin} within ${seconds} s`, {
        hint: 'Try again later.',
      }),
    )
  }

  #fail(reason: Error): void {
    this.#finish()
    this.#body?.fail(reason)
    this.#reject(reason)
  }

  #finish(): void {
    this.isOver = true
    clearTimeout(this.#firstByte)
    this.#signal?.removeEventListener('abort', this.#stop)
  }
}

function joinHeaders(headers: Record<string, string | string[] | undefined>): Headers {
  const all: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    all[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
  }
  return all
}
