import { isHansardError, HansardError } from '../errors.ts'
import type { ClientEvent } from './client-events.ts'
import type { StreamEvent } from './event-stream.ts'
import type { Scrub } from './key-scrubber.ts'

/** Removes the API key from an error, whose message may quote the server. */
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

/** Removes the API key from a client event; the path of a redirect may contain it. */
export function scrubClientEvent(event: ClientEvent, scrub: Scrub): ClientEvent {
  if (event.type === 'pause') return event
  const path = scrub(event.path)
  return event.type === 'retry' ? { ...event, path, reason: scrub(event.reason) } : { ...event, path }
}

/** Removes the API key from an event of a stream. */
export function scrubStreamEvent(event: StreamEvent, scrub: Scrub): StreamEvent {
  const text = scrub(event.text)
  if (text === event.text) return event
  return { type: scrub(event.type), text, json: JSON.parse(text) as StreamEvent['json'] }
}
