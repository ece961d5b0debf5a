import { createHmac } from 'node:crypto'
import { setMaxListeners } from 'node:events'

import { BodyBudget, type BodyHold } from './body-budget.ts'
import { buildRequest, type CallArguments } from './build-request.ts'
import type { ClientEvent } from './client-events.ts'
import { clientSettings, type ClientOptions } from './client-options.ts'
import { readEvents, type StreamEvent } from './event-stream.ts'
import { keyScrubber } from './key-scrubber.ts'
import type { LookupName, OperationName } from './operations.ts'
import { readBytes, readJson, type BytesReply, type JsonReply, type Reading } from './read-response.ts'
import { scrubClientEvent, scrubError, scrubStreamEvent } from './scrub-errors.ts'
import { transportStack } from './transport-stack.ts'
import type { ApiResponse, CallName, Transport } from './transport.ts'
import type { Traffic } from './with-traffic.ts'

export type { BodyHold, BytesReply, CallArguments, ClientOptions, JsonReply, StreamEvent }

/** What every call may be given. */
export interface CallOptions {
  /** Ends the call at once, with `interrupted`. */
  readonly signal?: AbortSignal | undefined
  /** Keeps the body counted against the memory budget until the hold is released. */
  readonly hold?: BodyHold | undefined
}

/** Which page of a list. */
export interface Page {
  /** From 0. */
  readonly page: number
  /** How many rows are wanted; the server may give fewer. */
  readonly pageSize: number
}

/** Which page of which conversations. */
export interface ListQuery extends Page {
  /** Only conversations with these values; the service is reported to filter unreliably. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** A body: an object, or JSON text, sent token for token. `stream` is set by the operation in either. */
export type Body = object | string

export type StreamName = Extract<OperationName, `${string}Stream`>
export type PlainName = Exclude<OperationName, StreamName> | LookupName

/** What `call` answers with: JSON, the bytes of a file, or nothing (delete). */
export type CallReply =
  | ({ readonly kind: 'json' } & JsonReply)
  | ({ readonly kind: 'bytes' } & BytesReply)
  | { readonly kind: 'empty'; readonly status: number }

/**
 * Talks to the Conversations API of one account (source: the vendor's OpenAPI document). Every method fails with a
 * HansardError, whose `code` says why: `usage`, `key-refused`, `payment-required`, `not-found`, `request-refused`,
 * `conflict`, `rate-limited`, `no-allowance`, `service-failed`, `network`, `timeout`, `redirected`, `too-large`,
 * `not-json`, `stream-failed` or `interrupted`. Reads and delete are repeated while that may help; what starts or
 * continues a conversation only if the request certainly was not executed.
 */
export class ConversationsClient {
  /** Where the API is. */
  readonly baseUrl: string
  readonly #apiKey: string
  readonly #transport: Transport
  readonly #budget: BodyBudget
  readonly #basePath: string
  readonly #scrub: Reading['scrub']
  readonly #traffic: Traffic = { requests: 0, retries: 0, bytes: 0 }

  constructor(options: ClientOptions) {
    const settings = clientSettings(options)
    this.baseUrl = settings.origin + settings.basePath
    this.#apiKey = settings.apiKey
    this.#basePath = settings.basePath
    this.#scrub = keyScrubber(settings.apiKey)
    this.#budget = new BodyBudget(settings.bodyBudgetBytes)
    const onEvent = (event: ClientEvent) => settings.onEvent?.(scrubClientEvent(event, this.#scrub))
    this.#transport = transportStack({ ...settings, onEvent }, this.#budget, this.#traffic)
  }

  /** A salted hash of the key (HMAC-SHA-256): to know it again without keeping it. */
  hashKey(salt: Uint8Array): Buffer {
    return createHmac('sha256', salt).update(this.#apiKey).digest()
  }

  /** Requests sent, of them again, and bytes of bodies received: live. */
  get counters(): Readonly<Traffic> {
    return this.#traffic
  }

  /** A page of conversations, as a bare array. */
  list({ page, pageSize, metadata }: ListQuery, call?: CallOptions): Promise<JsonReply> {
    const query = { page, page_size: pageSize, metadata: metadata && JSON.stringify(metadata) }
    return this.#json('list', { query }, call)
  }

  /** The conversation itself: its row of the listing, without entries. */
  get(id: string, call?: CallOptions): Promise<JsonReply> {
    return this.#json('get', { id }, call)
  }

  /** All entries of a conversation. */
  getHistory(id: string, call?: CallOptions): Promise<JsonReply> {
    return this.#json('getHistory', { id }, call)
  }

  /** The entries of a conversation that are messages. */
  getMessages(id: string, call?: CallOptions): Promise<JsonReply> {
    return this.#json('getMessages', { id }, call)
  }

  /** Deletes a conversation for good. Repeated after a lost reply it may end in `not-found`: then it is gone. */
  async delete(id: string, call?: CallOptions): Promise<void> {
    await this.#send('delete', { id }, call, readBytes)
  }

  /** Starts a conversation and waits for the whole answer; always runs a completion, which costs money. */
  start(body: Body, call?: CallOptions): Promise<JsonReply> {
    return this.#json('start', { body }, call)
  }

  /** Adds to a conversation and waits for the whole answer; the answer says under which id it goes on. */
  append(id: string, body: Body, call?: CallOptions): Promise<JsonReply> {
    return this.#json('append', { id, body }, call)
  }

  /** Starts a new conversation from an entry of this one. */
  restart(id: string, body: Body, call?: CallOptions): Promise<JsonReply> {
    return this.#json('restart', { id, body }, call)
  }

  /** Starts a conversation; its id comes with the first event, before anything is generated. */
  startStream(body: Body, call?: CallOptions): AsyncIterable<StreamEvent> {
    return this.stream('startStream', { body }, call)
  }

  /** Adds to a conversation, the answer event by event. */
  appendStream(id: string, body: Body, call?: CallOptions): AsyncIterable<StreamEvent> {
    return this.stream('appendStream', { id, body }, call)
  }

  /** Starts a new conversation from an entry of this one, the answer event by event. */
  restartStream(id: string, body: Body, call?: CallOptions): AsyncIterable<StreamEvent> {
    return this.stream('restartStream', { id, body }, call)
  }

  /** The models that the key may use. */
  listModels(call?: CallOptions): Promise<JsonReply> {
    return this.#json('listModels', {}, call)
  }

  /** An agent as it is now, or as it was in a version. */
  getAgent(id: string, version?: string | number, call?: CallOptions): Promise<JsonReply> {
    return this.#json('getAgent', { id, query: { agent_version: version } }, call)
  }

  /** A page of the versions of an agent. */
  listAgentVersions(id: string, { page, pageSize }: Page, call?: CallOptions): Promise<JsonReply> {
    return this.#json('listAgentVersions', { id, query: { page, page_size: pageSize } }, call)
  }

  /** What the API knows of a file: name, size, when it expires. */
  getFile(id: string, call?: CallOptions): Promise<JsonReply> {
    return this.#json('getFile', { id }, call)
  }

  /** The bytes of a file, as long as the service keeps them. */
  getFileContent(id: string, call?: CallOptions): Promise<BytesReply> {
    return this.#send('getFileContent', { id }, call, readBytes)
  }

  /** Any operation but the streams, by its name. */
  async call(name: PlainName, args: CallArguments = {}, call?: CallOptions): Promise<CallReply> {
    if (name === 'getFileContent')
      return { kind: 'bytes', ...(await this.#send(name, args, call, readBytes)) }
    if (name !== 'delete') return { kind: 'json', ...(await this.#json(name, args, call)) }
    const { status } = await this.#send(name, args, call, readBytes)
    return { kind: 'empty', status }
  }

  /**
   * Any of the streams, by its name. Nothing is sent before the first event is asked for; leaving the loop early ends
   * the request. The last event is `conversation.response.done`; a stream that ends without it fails.
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

  /** Keeps bodies counted against the memory budget until `release()`, for a caller that still works on them. */
  holdBodies(): BodyHold {
    return this.#budget.hold()
  }

  /** Ends all connections; calls under way fail with `interrupted`. */
  close(): Promise<void> {
    return this.#transport.close()
  }

  #json(name: CallName, args: CallArguments, call: CallOptions | undefined): Promise<JsonReply> {
    return this.#send(name, args, call, readJson)
  }

  async #send<T>(
    name: CallName,
    args: CallArguments,
    call: CallOptions = {},
    read: (answer: ApiResponse, reading: Reading) => Promise<T>,
  ): Promise<T> {
    // One signal ends all calls of a run: Node would warn of a leak at the eleventh under way.
    if (call.signal !== undefined) setMaxListeners(0, call.signal)
    const request = { ...buildRequest(name, this.#basePath, args), signal: call.signal, hold: call.hold }
    const reading = { name, scrub: this.#scrub }
    try {
      return await this.#transport.send(request, (answer) => read(answer, reading))
    } catch (thrown) {
      throw scrubError(thrown, this.#scrub)
    }
  }
}
