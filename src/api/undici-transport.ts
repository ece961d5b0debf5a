import { isIPv4 } from 'node:net'

import { Agent, EnvHttpProxyAgent, Pool, type Dispatcher } from 'undici'

import { HansardError } from '../errors.ts'
import { connectionError } from './connection-error.ts'
import { ResponseBody } from './response-body.ts'
import { interrupted } from './transport-errors.ts'
import type { ApiResponse, ApiRequest, Headers, Transport } from './transport.ts'

/** How long to wait for what, in milliseconds. */
export interface Timeouts {
  /** Name, connection and TLS together. */
  readonly connectMs: number
  /** From the request to the head of the answer. */
  readonly firstByteMs: number
  /** Between two pieces of a body, while it is being read. */
  readonly idleMs: number
  /** Stands for the last two where the API runs a completion: it may think for minutes. */
  readonly completionMs: number
}

export interface UndiciOptions {
  /** The only origin that gets requests and, in their headers, the key. */
  readonly origin: string
  /** Of every request, the key among them. */
  readonly headers: Headers
  readonly timeouts: Timeouts
}

/** Speaks HTTP, through the proxies that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name. */
export function undiciTransport(options: UndiciOptions): Transport {
  const { origin, headers, timeouts } = options
  const dispatcher = dispatcherFor(options)
  const headersOf = requestHeaders(headers)
  return {
    async send(request, read) {
      return read(
        await new Promise<ApiResponse>((resolve, reject) => {
          const exchange = new Exchange(request, origin, limitsOf(request, timeouts), resolve, reject)
          if (exchange.over) return
          dispatcher.dispatch(
            {
              origin,
              path: request.path,
              method: request.operation.method,
              headers: headersOf(request),
              body: request.body ?? null,
              headersTimeout: 0,
              bodyTimeout: 0,
            },
            exchange,
          )
        }),
      )
    },
    close: () => dispatcher.destroy(),
  }
}

/**
 * Connections are not limited in number: a body that waits for memory keeps its connection, and whoever could free that
 * memory may need another one first. The machine itself is never reached through a proxy, as in Go: the sandbox works
 * behind a company's settings.
 */
function dispatcherFor({ origin, timeouts }: UndiciOptions): Dispatcher {
  const connect = { timeout: timeouts.connectMs }
  if (isLoopback(new URL(origin).hostname)) return new Agent({ connect })
  try {
    return new EnvHttpProxyAgent({
      connect,
      proxyTls: connect,
      clientFactory: (proxy, options) => new Pool(proxy, { ...options, headersTimeout: timeouts.connectMs }),
    })
  } catch {
    throw new HansardError('usage', 'HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy', {
      hint: 'Give it as http://host:port, or unset it.',
    })
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
}

/**
 * Built once a client: the headers of reads, of writes, and of writes that stream. Streams are not to be compressed: a
 * proxy that does so may keep the first event back, which tells the id of what was made.
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

interface Limits {
  readonly connectMs: number
  readonly firstByteMs: number
  readonly idleMs: number
}

function limitsOf({ operation }: ApiRequest, timeouts: Timeouts): Limits {
  if (operation.method !== 'POST') return timeouts
  return { ...timeouts, firstByteMs: timeouts.completionMs, idleMs: timeouts.completionMs }
}

/** One request and its answer, as undici tells of them. */
class Exchange implements Dispatcher.DispatchHandler {
  /** Nothing more is expected of it. */
  over = false
  readonly #origin: string
  readonly #signal: AbortSignal | undefined
  readonly #limits: Limits
  readonly #resolve: (answer: ApiResponse) => void
  readonly #reject: (reason: Error) => void
  #controller: Dispatcher.DispatchController | undefined
  #firstByte: NodeJS.Timeout | undefined
  #body: ResponseBody | undefined

  constructor(
    request: ApiRequest,
    origin: string,
    limits: Limits,
    resolve: (answer: ApiResponse) => void,
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
    if (this.over) return controller.abort(interrupted())
    this.#controller = controller
    this.#firstByte = setTimeout(() => this.#giveUp(), this.#limits.firstByteMs)
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
    this.#resolve({ status, headers: joined(headers), body, discard: () => body.close() })
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

  #giveUp(): void {
    const seconds = this.#limits.firstByteMs / 1000
    this.#controller?.abort(
      new HansardError('timeout', `No answer from ${this.#origin} within ${seconds} s`, {
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
    this.over = true
    clearTimeout(this.#firstByte)
    this.#signal?.removeEventListener('abort', this.#stop)
  }
}

function joined(headers: Record<string, string | string[] | undefined>): Headers {
  const all: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    all[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
  }
  return all
}
