import { HansardError } from '../errors.ts'
import { isContainer, parseContainer } from '../model/json/parse-json.ts'
import { detailOf } from './error-detail.ts'
import { readBeginning, refuseFailure, refuseTooManyValues, unusable, type Reading } from './read-response.ts'
import { SseParser, type SseEvent } from './sse-parser.ts'
import type { ApiResponse } from './transport.ts'

/** One event of a stream. */
export interface StreamEvent {
  /** As the data says; the name of the event where it doesn't. */
  readonly type: string
  /** The data exactly as it came. */
  readonly text: string
  /** What JSON.parse makes of the text. */
  readonly json: unknown
}

/** An image inside an event may have many MB. */
const LONGEST_EVENT = 32 * 2 ** 20

/** Answers with the events of a stream, or fails with what the answer says instead. */
export async function readEvents(
  answer: ApiResponse,
  reading: Reading,
): Promise<AsyncGenerator<StreamEvent>> {
  await refuseFailure(answer, reading)
  const type = answer.headers['content-type'] ?? ''
  if (type === '' || type.includes('event-stream')) return eventsOf(answer, reading)
  const said = words(await readBeginning(answer), reading)
  throw new HansardError(
    'stream-failed',
    `The answer is no event stream but ${type} (${reading.name})${said && `: ${said}`}`,
    {
      status: answer.status,
      hint: 'The API may have done the work all the same: look at the conversation before you try again.',
    },
  )
}

/** The stream is over when it says so; the connection is not waited for. */
async function* eventsOf(answer: ApiResponse, reading: Reading): AsyncGenerator<StreamEvent> {
  const parser = new SseParser(LONGEST_EVENT)
  for await (const piece of piecesOf(answer, parser)) {
    const event = eventOf(piece, reading)
    yield event
    if (event.type === 'conversation.response.done') return
    if (isError(piece, event)) throw saidByStream(event.text, reading)
  }
  for (const piece of parser.unfinished()) {
    if (isError(piece, eventOf(piece, reading))) throw saidByStream(piece.data, reading)
  }
  const said = words(parser.stray, reading)
  throw failed(reading, `it ended before conversation.response.done${said && `; the API says: ${said}`}`)
}

async function* piecesOf({ body }: ApiResponse, parser: SseParser): AsyncGenerator<SseEvent> {
  for await (const chunk of body) yield* parser.push(chunk)
  yield* parser.end()
}

function eventOf({ name, data: text }: SseEvent, reading: Reading): StreamEvent {
  refuseTooManyValues(text, reading.name)
  try {
    const json: unknown = JSON.parse(text)
    return { type: typeIn(json) ?? name ?? '', text, json }
  } catch {
    if (name === 'error') throw saidByStream(text, reading)
    throw unusable(
      `An event of the stream is not JSON (${reading.name}): ${words(text, reading)}`,
      text,
      reading.scrub,
    )
  }
}

/**
 * Tells whether an event says that the service failed. The specification has one such event; services also send
 * `event: error`, and the bodies of their errors, whose `type` names the kind of error or is not there.
 */
function isError({ name }: SseEvent, { type, json }: StreamEvent): boolean {
  if (name === 'error' || type === 'conversation.response.error' || /^\w*error$/i.test(type)) return true
  if (!isContainer(json)) return false
  if ('object' in json && json.object === 'error') return true
  return typeIn(json) === undefined && ['error', 'detail', 'message'].some((key) => key in json)
}

function typeIn(json: unknown): string | undefined {
  if (!isContainer(json) || !('type' in json)) return undefined
  return typeof json.type === 'string' ? json.type : undefined
}

function saidByStream(text: string, reading: Reading): HansardError {
  return failed(reading, `the API says: ${words(text, reading)}`)
}

/** What a text says, whether it is the body of an error or anything else. */
function words(text: string, { scrub }: Reading): string {
  return detailOf(text, parseContainer(text), scrub)
}

function failed({ name }: Reading, why: string): HansardError {
  return new HansardError('stream-failed', `The stream failed (${name}): ${why}`, {
    hint: 'What came is no whole answer. Look at the conversation before you try again: it may have grown.',
  })
}
