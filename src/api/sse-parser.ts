import { createParser, type EventSourceParser } from 'eventsource-parser'

import { HansardError } from '../errors.ts'
import { isJson } from '../model/json/parse-json.ts'
import { plural } from '../model/plural.ts'

/** An event as server-sent events define it: its name, if any, and its data. */
export interface SseEvent {
  readonly name: string | undefined
  readonly data: string
}

/** The number of characters kept of lines that are no field of an event. */
const MAX_STRAY = 64 * 1024

/** Parses an event stream in pieces that may be cut anywhere, and returns the events that each piece completes. */
export class SseParser {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  readonly #parser: EventSourceParser
  readonly #maxLength: number
  #events: SseEvent[] = []
  #endsWithCr = false
  #stray: string[] = []
  #strayLength = 0

  /** `maxLength` limits a single event, in characters. */
  constructor(maxLength: number) {
    this.#maxLength = maxLength
    this.#parser = createParser({
      maxBufferSize: maxLength,
      onEvent: ({ event, data }) => this.#take({ name: event, data }),
      onError: ({ type, line }) => {
        if (type === 'max-buffer-size-exceeded') throw this.#tooLong()
        if (type === 'unknown-field' && line !== undefined) this.#takeStray(line)
      },
    })
  }

  push(bytes: Uint8Array): SseEvent[] {
    return this.#feed(this.#decode(bytes, true))
  }

  /** Ends the stream. What no empty line has ended is not an event. */
  end(): SseEvent[] {
    const rest = this.#decode(new Uint8Array(), false)
    // The parser waits to see whether a final CR is half of a CRLF; now it cannot be.
    return this.#feed(this.#endsWithCr && rest === '' ? '\n' : rest)
  }

  /** The last event, if no empty line has ended it. */
  unfinished(): SseEvent[] {
    return this.#feed('\n\n')
  }

  /** The lines that are no field of an event, up to 64 KiB. */
  get stray(): string {
    return this.#stray.join('\n')
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
    if (event.data.length > this.#maxLength) throw this.#tooLong()
    this.#events.push(event)
  }

  /** A failing service may write bare JSON into the stream; it is treated as an event. */
  #takeStray(line: string): void {
    if (this.#strayLength + line.length > MAX_STRAY) return
    this.#stray.push(line)
    this.#strayLength += line.length + 1
    const mayBeComplete = this.#stray.length === 1 || /^[\]}]/.test(line)
    if (!mayBeComplete || !isJson(this.stray)) return
    this.#events.push({ name: undefined, data: this.stray })
    this.#stray = []
    this.#strayLength = 0
  }

  #tooLong(): HansardError {
    return new HansardError(
      'too-large',
      `An event of the stream is longer than ${plural(this.#maxLength, 'character')}`,
    )
  }
}
