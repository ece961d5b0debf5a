import { isHansardError, HansardError } from '../errors.ts'
import type { ClientEvent } from './client-events.ts'
import type { StreamEvent } from './event-stream.ts'
import type { Scrub } from './key-scrubber.ts'

/** An error without the key: a redirect, for one, quotes what the server says. */
export function scrubError(thrown: unknown, scrub: Scrub): unknown {
  if (!isHansardError(thrown)) return thrown
  const { code, status, cause } = thrown
  const message = scrub(thrown.message)
  const hint = thrown.hint === undefined ? undefined : scrub(thrown.hint)
  const body = thrown.body === undefined ? undefined : scrub(thrown.body)
  const isCauseClean = !(cause instanceof Error) || scrub(cause.message) === cause.message
  if (message === thrown.message && hint === thrown.hint && body === thrown.body && isCauseClean)
    return thrown
  return new HansardError(code, message, { hint, status, body, cause: isCauseClean ? cause : undefined })
}

/** What the client does, without the key: the path of a redirect may hold it. */
export function scrubClientEvent(event: ClientEvent, scrub: Scrub): ClientEvent {
  if (event.type === 'pause') return event
  const path = scrub(event.path)
  return event.type === 'retry' ? { ...event, path, reason: scrub(event.reason) } : { ...event, path }
}

/** An event of a stream without the key. */
export function scrubStreamEvent(event: StreamEvent, scrub: Scrub): StreamEvent {
  const text = scrub(event.text)
  return text === event.text ? event : { type: scrub(event.type), text, json: JSON.parse(text) as unknown }
}
