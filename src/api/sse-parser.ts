import { createParser, type EventSourceParser } from 'eventsource-parser'

import { HansardError } from '../errors.ts'
import { isJson } from '../model/json/parse-json.ts'

/** One event of a stream: its name, where it has one, and its data. */
export interface SseEvent {
  readonly name: string | undefined
  readonly data: string
}

/** Of lines that are no field of an event, so many characters are kept. */
const MOST_STRAY = 64 * 1024

/** Takes the bytes of an event stream in pieces cut anywhere, and gives back the events that they complete. */
export class SseParser {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  readonly #parser: EventSourceParser
  readonly #longest: number
  #events: SseEvent[] = []
  #endsWithCr = false
  #stray: string[] = []
  #strayLength = 0

  /** `longest` bounds one event, in characters. */
  constructor(longest: number) {
    this.#longest = longest
    this.#parser = createParser({
      maxBufferSize: longest,
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

  /** The stream is over: what was not ended by an empty line is no event. */
  end(): SseEvent[] {
    const rest = this.#decode(new Uint8Array(), false)
    // The parser waits to see whether a last CR is half of a CRLF; now it can't be.
    return this.#feed(this.#endsWithCr && rest === '' ? '\n' : rest)
  }

  /** What came last and was not ended by an empty line. */
  unfinished(): SseEvent[] {
    return this.#feed('\n\n')
  }

  /** The lines that are no field of an event, as far as they are kept. */
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
    if (event.data.length > this.#longest) throw this.#tooLong()
    this.#events.push(event)
  }

  /** A service that fails may write JSON into the stream without making an event of it: that is taken for one. */
  #takeStray(line: string): void {
    if (this.#strayLength + line.length > MOST_STRAY) return
    this.#stray.push(line)
    this.#strayLength += line.length + 1
    const mayEnd = this.#stray.length === 1 || /^[\]}]/.test(line)
    if (!mayEnd || !isJson(this.stray)) return
    this.#events.push({ name: undefined, data: this.stray })
    this.#stray = []
    this.#strayLength = 0
  }

  #tooLong(): HansardError {
    return new HansardError('too-large', `An event of the stream is over ${this.#longest} characters`)
  }
}
