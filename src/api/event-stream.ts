import { HansardError } from '../errors.ts'
import { isContainer, parseContainer } from '../model/json/parse-json.ts'
import { detailOf } from './error-detail.ts'
import {
  readStart,
  refuseFailure,
  refuseTooManyValues,
  unusable,
  type ResponseContext,
} from './read-response.ts'
import { SseParser, type SseEvent } from './sse-parser.ts'
import type { ApiResponse } from './transport.ts'
import type { EventData } from './types/event-types.ts'

/** One event of a stream. */
export interface StreamEvent {
  /** The `type` of the data, or the name of the event where the data has none. */
  readonly type: string
  /** The data exactly as it came. */
  readonly text: string
  /** The text as JSON.parse reads it. Its type is not checked at run time. */
  readonly json: EventData
}

/** In characters. An event may hold an image of many megabytes. */
const MAX_EVENT_LENGTH = 32 * 2 ** 20

/**
 * Reads the events of a stream.
 *
 * @throws HansardError the error that the response reports, or `stream-failed` if it is no event stream, says that it
 * failed, or ends before `conversation.response.done`
 */
export async function readEvents(
  response: ApiResponse,
  context: ResponseContext,
): Promise<AsyncGenerator<StreamEvent>> {
  await refuseFailure(response, context)
  const type = response.headers['content-type'] ?? ''
  if (type === '' || type.includes('event-stream')) return parseEvents(response, context)
  const detail = detailIn(await readStart(response), context)
  throw new HansardError(
    'stream-failed',
    `The response is not an event stream but ${type} (${context.name})${detail && `: ${detail}`}`,
    {
      status: response.status,
      hint: 'The request may have been executed: look at the conversation before you try again.',
    },
  )
}

/** Ends with the last event, without waiting for the end of the connection. */
async function* parseEvents(response: ApiResponse, context: ResponseContext): AsyncGenerator<StreamEvent> {
  const parser = new SseParser(MAX_EVENT_LENGTH)
  for await (const sseEvent of readSse(response, parser)) {
    const event = parseEvent(sseEvent, context)
    yield event
    if (event.type === 'conversation.response.done') return
    if (isError(sseEvent, event)) throw reportedError(event.text, context)
  }
  for (const sseEvent of parser.unfinished()) {
    if (isError(sseEvent, parseEvent(sseEvent, context))) throw reportedError(sseEvent.data, context)
  }
  const detail = detailIn(parser.stray, context)
  throw failed(context, `it ended before conversation.response.done${detail && `; the API says: ${detail}`}`)
}

async function* readSse({ body }: ApiResponse, parser: SseParser): AsyncGenerator<SseEvent> {
  for await (const chunk of body) yield* parser.push(chunk)
  yield* parser.end()
}

function parseEvent({ name, data: text }: SseEvent, context: ResponseContext): StreamEvent {
  refuseTooManyValues(text, context.name)
  try {
    const json = JSON.parse(text) as EventData
    return { type: typeIn(json) ?? name ?? '', text, json }
  } catch {
    if (name === 'error') throw reportedError(text, context)
    throw unusable(
      `An event of the stream is not JSON (${context.name}): ${detailIn(text, context)}`,
      text,
      context.scrub,
    )
  }
}

/**
 * Tells whether an event reports that the service failed. The specification has one such event. Services also send
 * `event: error`, and the bodies of their error responses, whose `type` names the kind of error or is missing.
 */
function isError({ name }: SseEvent, event: StreamEvent): boolean {
  const { type } = event
  const json: unknown = event.json
  if (name === 'error' || type === 'conversation.response.error' || /^\w*error$/i.test(type)) return true
  if (!isContainer(json)) return false
  if ('object' in json && json.object === 'error') return true
  return typeIn(json) === undefined && ['error', 'detail', 'message'].some((key) => key in json)
}

function typeIn(json: unknown): string | undefined {
  if (!isContainer(json) || !('type' in json)) return undefined
  return typeof json.type === 'string' ? json.type : undefined
}

function reportedError(text: string, context: ResponseContext): HansardError {
  return failed(context, `the API says: ${detailIn(text, context)}`)
}

/** The message in a text, whether it is the body of an error response or anything else. */
function detailIn(text: string, { scrub }: ResponseContext): string {
  return detailOf(text, parseContainer(text), scrub)
}

function failed({ name }: ResponseContext, reason: string): HansardError {
  return new HansardError('stream-failed', `The stream failed (${name}): ${reason}`, {
    hint: 'The response is incomplete. Look at the conversation before you try again: it may have grown.',
  })
}
