import { createParser, type EventSourceParser } from 'eventsource-parser'

import { HansardError } from '../errors.ts'

/** One event of a stream: its name, where it has one, and its data. */
export interface SseEvent {
  readonly name: string | undefined
  readonly data: string
}

/** Takes the bytes of an event stream in pieces cut anywhere, and gives back the events that they complete. */
export class SseParser {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  readonly #parser: EventSourceParser
  readonly #longest: number
  #events: SseEvent[] = []
  #endsWithCr = false

  /** `longest` bounds one event, in characters. */
  constructor(longest: number) {
    this.#longest = longest
    this.#parser = createParser({
      maxBufferSize: longest,
      onEvent: ({ event, data }) => this.#take({ name: event, data }),
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded') throw this.#tooLong()
      },
    })
  }

  push(bytes: Uint8Array): SseEvent[] {
    return this.#feed(this.#decode(bytes, true))
  }

  /** The stream is over: what was not ended by an empty line is no event. */
  end(): SseEvent[] {
    const rest = this.#decode(new Uint8Array(), false)
    // The parser waits to see whether a last CR is half of a CRLF; now it can't be.
    return this.#feed(this.#endsWithCr && rest === '' ? '\n' : rest)
  }

  #decode(bytes: Uint8Array, more: boolean): string {
    try {
      return this.#decoder.decode(bytes, { stream: more })
    } catch (cause) {
      throw new HansardError('stream-failed', 'The stream is not UTF-8', { cause })
    }
  }

  #feed(text: string): SseEvent[] {
    if (text === '') return []
    this.#endsWithCr = text.endsWith('\r')
    this.#parser.feed(text)
    const events = this.#events
    this.#events = []
    return events
  }

  #take(event: SseEvent): void {
    if (event.data.length > this.#longest) throw this.#tooLong()
    this.#events.push(event)
  }

  #tooLong(): HansardError {
    return new HansardError('too-large', `An event of the stream is over ${this.#longest} characters`)
  }
}
