import { createHmac } from 'node:crypto'

import type { BodyBudget, BodyHold } from './body-budget.ts'
import { buildRequest, type CallArguments } from './build-request.ts'
import type { ClientEvent } from './client-events.ts'
import { clientSettings, type ClientOptions } from './client-options.ts'
import { readEvents, type StreamEvent } from './event-stream.ts'
import { keyScrubber } from './key-scrubber.ts'
import type { LookupName, OperationName } from './operations.ts'
import {
  readBytes,
  readJson,
  type BytesReply,
  type JsonReply,
  type ResponseContext,
} from './read-response.ts'
import { scrubClientEvent, scrubError, scrubStreamEvent } from './scrub-errors.ts'
import type { RateLimiter } from './rate-limit/rate-limiter.ts'
import { transportStack } from './transport-stack.ts'
import type { ApiResponse, CallName, Transport } from './transport.ts'
import type { ResponseBodies } from './types/response-bodies.ts'
import type { Traffic } from './with-traffic.ts'

export type { BodyHold, BytesReply, CallArguments, ClientOptions, JsonReply, StreamEvent }

/** Options of a single call. */
export interface CallOptions {
  /** Ends the call at once; it fails with `interrupted`. */
  readonly signal?: AbortSignal | undefined
  /** Counts the body against the memory budget until the hold is released, not only while it is read. */
  readonly hold?: BodyHold | undefined
}

/** A page of a list. */
export interface Page {
  /** From 0. */
  readonly page: number
  /** The number of rows wanted. The server may return fewer. */
  readonly pageSize: number
}

/** A page of the conversations, filtered if wanted. */
export interface ListQuery extends Page {
  /** Returns only conversations with these values. The service is reported to filter unreliably. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** A request body: an object, or JSON text that is sent token for token. The operation sets `stream` in either. */
export type Body = object | string

/** The operations whose response is a stream of events. */
export type StreamName = Extract<OperationName, `${string}Stream`>

/** The operations and lookups whose response is a single body. */
export type PlainName = Exclude<OperationName, StreamName> | LookupName

/** The response of an operation, as JSON. */
type Reply<Name extends keyof ResponseBodies> = Promise<JsonReply<ResponseBodies[Name]>>

/** What `call` returns: JSON, the bytes of a file, or nothing (`delete`). */
export type CallReply =
  | ({ readonly kind: 'json' } & JsonReply)
  | ({ readonly kind: 'bytes' } & BytesReply)
  | { readonly kind: 'empty'; readonly status: number }

/**
 * A client of the Conversations API for one API key (source: the vendor's OpenAPI document, fixtures/openapi.json).
 *
 * Each operation returns the response raw (`text`) and parsed (`json`). The type of `json` says what the API is known to
 * return; nothing checks it at run time. Numbers that a double cannot hold are exact in `text` only.
 *
 * Reads and `delete` are retried when that may help. `start`, `append` and `restart` cost money and cannot be repeated
 * safely: they are retried only if the request certainly was not executed.
 *
 * Every method fails with a HansardError. Its `code` is one of
 * - `usage`: an invalid option, id or body; nothing was sent
 * - `key-refused` (401), `payment-required` (402), `not-found` (404), `conflict` (409), `request-refused` (other 4xx)
 * - `rate-limited`, `no-allowance` (429), `service-failed` (5xx)
 * - `network`, `timeout`, `redirected`, `interrupted`
 * - `too-large`, `not-json`, `unexpected-shape`, `stream-failed`: the body could not be used
 * - `budget`: `maxRequests` is reached; nothing was sent
 * - `file`: this process may not open another connection
 */
export class ConversationsClient {
  /** The URL of the API, without `/v1`. */
  readonly baseUrl: string
  readonly #apiKey: string
  readonly #transport: Transport
  readonly #limiter: RateLimiter
  readonly #budget: BodyBudget
  readonly #basePath: string
  readonly #scrub: ResponseContext['scrub']
  readonly #traffic: Traffic = { requests: 0, requestsByKind: new Map(), retries: 0, bytes: 0 }

  /** @throws HansardError `usage` if an option is invalid */
  constructor(options: ClientOptions) {
    const settings = clientSettings(options)
    this.baseUrl = settings.origin + settings.basePath
    this.#apiKey = settings.apiKey
    this.#basePath = settings.basePath
    this.#scrub = keyScrubber(settings.apiKey)
    this.#budget = settings.bodyBudget
    const onEvent = (event: ClientEvent) => settings.onEvent?.(scrubClientEvent(event, this.#scrub))
    this.#limiter = settings.rateLimiter
    this.#transport = transportStack({ ...settings, onEvent }, this.#limiter, this.#budget, this.#traffic)
  }

  /** Hashes the key with a salt (HMAC-SHA-256), to recognize it later without storing it. */
  hashKey(salt: Uint8Array): Buffer {
    return createHmac('sha256', salt).update(this.#apiKey).digest()
  }

  /** Counts of requests, retries and received bytes so far. The object keeps counting. */
  get counters(): Readonly<Traffic> {
    return this.#traffic
  }

  /** The rate limit of the service as far as it is learnt, in requests per second, for `assumeLimit` of the next client. */
  get learntPerSecond(): number | undefined {
    return this.#limiter.learntPerSecond
  }

  /** Calls `work` whenever the rate limit makes requests wait, so that the caller can do other work; returns how to end this. */
  onWait(work: () => void): () => void {
    return this.#limiter.onWait(work)
  }

  /** For how long the rate limit lets no request pass, in milliseconds. */
  get idleMs(): number {
    return this.#limiter.idleMs
  }

  /** Begins with a rate limit that was learnt earlier, in requests per second, unless this client has learnt one. */
  assumeLimit(perSecond: number): void {
    this.#limiter.assume(perSecond)
  }

  /** Lists a page of conversations, newest first (captured). An empty page is the end; a short one need not be. */
  list({ page, pageSize, metadata }: ListQuery, call?: CallOptions): Reply<'list'> {
    const query = { page, page_size: pageSize, metadata: metadata && JSON.stringify(metadata) }
    return this.#json('list', { query }, call)
  }

  /** Gets a conversation without its entries: the same row as in the listing. */
  get(id: string, call?: CallOptions): Reply<'get'> {
    return this.#json('get', { id }, call)
  }

  /** Gets all entries of a conversation, in no pages. */
  getHistory(id: string, call?: CallOptions): Reply<'getHistory'> {
    return this.#json('getHistory', { id }, call)
  }

  /** Gets the entries of a conversation that are messages. */
  getMessages(id: string, call?: CallOptions): Reply<'getMessages'> {
    return this.#json('getMessages', { id }, call)
  }

  /** Deletes a conversation for good. After a retry it may fail with `not-found`: the first request deleted it. */
  async delete(id: string, call?: CallOptions): Promise<void> {
    await this.#send('delete', { id }, call, readBytes)
  }

  /** Starts a conversation and waits for the whole response. Always runs a completion, which costs money. */
  start(body: Body, call?: CallOptions): Reply<'start'> {
    return this.#json('start', { body }, call)
  }

  /** Appends to a conversation and waits for the whole response. Continue with the id in the response: it may be new. */
  append(id: string, body: Body, call?: CallOptions): Reply<'append'> {
    return this.#json('append', { id, body }, call)
  }

  /** Starts a new conversation from an entry of this one, which stays as it is. */
  restart(id: string, body: Body, call?: CallOptions): Reply<'restart'> {
    return this.#json('restart', { id, body }, call)
  }

  /** Starts a conversation as a stream. The first event brings its id, before anything is generated. */
  startStream(body: Body, call?: CallOptions): AsyncIterable<StreamEvent> {
    return this.stream('startStream', { body }, call)
  }

  /** Appends to a conversation as a stream. */
  appendStream(id: string, body: Body, call?: CallOptions): AsyncIterable<StreamEvent> {
    return this.stream('appendStream', { id, body }, call)
  }

  /** Starts a new conversation from an entry of this one, as a stream. */
  restartStream(id: string, body: Body, call?: CallOptions): AsyncIterable<StreamEvent> {
    return this.stream('restartStream', { id, body }, call)
  }

  /** Lists the models that the key may use. */
  listModels(call?: CallOptions): Reply<'listModels'> {
    return this.#json('listModels', {}, call)
  }

  /** Gets an agent: the current version, or the one named. */
  getAgent(id: string, version?: string | number, call?: CallOptions): Reply<'getAgent'> {
    return this.#json('getAgent', { id, query: { agent_version: version } }, call)
  }

  /** Lists a page of the versions of an agent. */
  listAgentVersions(id: string, { page, pageSize }: Page, call?: CallOptions): Reply<'listAgentVersions'> {
    return this.#json('listAgentVersions', { id, query: { page, page_size: pageSize } }, call)
  }

  /** Gets the metadata of a file: name, size in bytes, expiry. */
  getFile(id: string, call?: CallOptions): Reply<'getFile'> {
    return this.#json('getFile', { id }, call)
  }

  /** Downloads a file. Fails with `not-found` once the service no longer keeps it. */
  getFileContent(id: string, call?: CallOptions): Promise<BytesReply> {
    return this.#send('getFileContent', { id }, call, readBytes)
  }

  /** Runs any operation that is not a stream, by its name. */
  async call(name: PlainName, args: CallArguments = {}, call?: CallOptions): Promise<CallReply> {
    if (name === 'getFileContent')
      return { kind: 'bytes', ...(await this.#send(name, args, call, readBytes)) }
    if (name !== 'delete') return { kind: 'json', ...(await this.#json(name, args, call)) }
    const { status } = await this.#send(name, args, call, readBytes)
    return { kind: 'empty', status }
  }

  /**
   * Runs any of the streams, by its name. The request is sent when the first event is asked for, and ends when the loop
   * is left early. The last event is `conversation.response.done`; a stream that ends without it fails.
   */
  async *stream(
    name: StreamName,
    args: CallArguments,
    call?: CallOptions,
  ): AsyncGenerator<StreamEvent, void> {
    const events = await this.#send(name, args, call, readEvents)
    try {
      for await (const event of events) yield scrubStreamEvent(event, this.#scrub)
    } catch (thrown) {
      throw scrubError(thrown, this.#scrub)
    }
  }

  /** Makes a hold, which counts bodies against the memory budget until `release()`: for callers that still use them. */
  holdBodies(): BodyHold {
    return this.#budget.hold()
  }

  /** Closes all connections. Calls in flight fail with `interrupted`. */
  close(): Promise<void> {
    return this.#transport.close()
  }

  /** The types are a promise about the API, not a check: `json` is whatever JSON.parse returned. */
  #json<N extends keyof ResponseBodies>(name: N, args: CallArguments, call?: CallOptions): Reply<N> {
    return this.#send(name, args, call, readJson<ResponseBodies[N]>)
  }

  async #send<T>(
    name: CallName,
    args: CallArguments,
    call: CallOptions = {},
    read: (response: ApiResponse, context: ResponseContext) => Promise<T>,
  ): Promise<T> {
    const request = { signal: call.signal, hold: call.hold, ...buildRequest(name, this.#basePath, args) }
    const context = { name, scrub: this.#scrub }
    try {
      return await this.#transport.send(request, (response) => read(response, context))
    } catch (thrown) {
      throw scrubError(thrown, this.#scrub)
    }
  }
}
