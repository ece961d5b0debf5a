import { HansardError } from '../errors.ts'
import { detailOf } from './error-detail.ts'
import { refuseFailure, unusable, type Reading } from './read-answer.ts'
import { SseParser, type SseEvent } from './sse.ts'
import type { Answer } from './transport.ts'

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
export async function readEvents(answer: Answer, reading: Reading): Promise<AsyncGenerator<StreamEvent>> {
  await refuseFailure(answer, reading)
  const type = answer.headers['content-type'] ?? ''
  if (type !== '' && !type.includes('event-stream')) {
    answer.discard()
    throw new HansardError('stream-failed', `The answer is no event stream but ${type} (${reading.name})`, {
      status: answer.status,
      hint: 'The API may have done the work all the same: look at the conversation before you try again.',
    })
  }
  return eventsOf(answer, reading)
}

/** The stream is over when it says so; the connection is not waited for. */
async function* eventsOf(answer: Answer, reading: Reading): AsyncGenerator<StreamEvent> {
  for await (const { name, data } of piecesOf(answer)) {
    const event = eventOf(name, data, reading)
    yield event
    if (event.type === 'conversation.response.done') return
    if (event.type === 'conversation.response.error') throw saidByStream(event, reading)
  }
  throw failed(reading, 'it ended before conversation.response.done')
}

async function* piecesOf({ body }: Answer): AsyncGenerator<SseEvent> {
  const parser = new SseParser(LONGEST_EVENT)
  for await (const chunk of body) yield* parser.push(chunk)
  yield* parser.end()
}

function eventOf(name: string | undefined, text: string, reading: Reading): StreamEvent {
  const json = parsed(text, reading)
  return { type: typeIn(json) ?? name ?? '', text, json }
}

function parsed(text: string, reading: Reading): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unusable(`An event of the stream is not JSON (${reading.name})`, text, reading.scrub)
  }
}

function typeIn(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('type' in json)) return undefined
  return typeof json.type === 'string' ? json.type : undefined
}

function saidByStream({ text, json }: StreamEvent, reading: Reading): HansardError {
  const said = typeof json === 'object' && json !== null ? json : undefined
  return failed(reading, `the API says: ${detailOf(text, said, reading.scrub)}`)
}

function failed({ name }: Reading, why: string): HansardError {
  return new HansardError('stream-failed', `The stream failed (${name}): ${why}`, {
    hint: 'What came is no whole answer. Look at the conversation before you try again: it may have grown.',
  })
}
