import type { IncomingMessage, ServerResponse } from 'node:http'

import { onTestFinished } from 'vitest'

import { ConversationsClient, type ClientOptions } from '../../src/api/client.ts'
import { serve as listen } from './http-server.ts'
import { SkippingClock } from './skipping-clock.ts'

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface TestServer {
  readonly url: string
  /** The requests so far, with their bodies. */
  readonly seen: Seen[]
}

/** Handles the n-th request, counted from 1. */
export type Handler = (request: Seen, response: ServerResponse, n: number) => void

/** Starts a local HTTP server that records requests; it closes after the test. */
export async function serve(handler: Handler): Promise<TestServer> {
  const seen: Seen[] = []
  const { url } = await listen(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url = '', headers } = request
    const one = { method, url, headers, body: Buffer.concat(chunks).toString() }
    seen.push(one)
    handler(one, response, seen.length)
  })
  return { url, seen }
}

/** Sends a JSON response. */
export function json(response: ServerResponse, value: unknown, status = 200, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof value === 'string' ? value : JSON.stringify(value))
}

export const KEY = 'k3y-0123456789abcdef'

/** Creates a client that does not wait between attempts; it closes after the test. */
export function clientOf(baseUrl: string, options: Partial<ClientOptions> = {}): ConversationsClient {
  const client = new ConversationsClient({ apiKey: KEY, baseUrl, clock: new SkippingClock(), ...options })
  onTestFinished(() => client.close())
  return client
}

/** Returns the error of a call, which must fail. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  const failure = await call.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  if (failure === undefined) throw new Error('expected the call to fail')
  return failure.error
}
