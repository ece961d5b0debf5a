import { HansardError } from '../errors.ts'
import { plural } from '../model/plural.ts'

/** What a body asks of its connection. */
interface Connection {
  pause(): void
  resume(): void
  abort(reason: Error): void
}

interface Reader {
  resolve(result: IteratorResult<Uint8Array>): void
  reject(reason: Error): void
}

/**
 * A body may take this many times the idle timeout in all, and one idle timeout more for every 64 KiB received. So a
 * server that sends a byte a minute does not keep a call open for days.
 */
const IDLE_TIMEOUTS = 10
const BYTES_PER_IDLE_TIMEOUT = 64 * 1024

const HIGH_WATER = 64 * 1024
const DONE: IteratorResult<Uint8Array> = { value: undefined, done: true }

/**
 * The body of a response, between a connection that pushes and a reader that pulls. It buffers at most 64 KiB and one
 * chunk, then pauses the socket. Timeouts count only while the reader waits for the server: time without data, and time
 * in all.
 */
export class ResponseBody implements AsyncIterableIterator<Uint8Array> {
  readonly #connection: Connection
  readonly #idleMs: number
  #chunks: Uint8Array[] = []
  #queued = 0
  #paused = false
  #ended = false
  #failure: Error | undefined
  #reader: Reader | undefined
  #idle: NodeJS.Timeout | undefined
  #waitedMs = 0
  #waitingSince = 0
  #received = 0

  constructor(connection: Connection, idleMs: number) {
    this.#connection = connection
    this.#idleMs = idleMs
  }

  push(chunk: Uint8Array): void {
    this.#received += chunk.length
    const reader = this.#takeReader()
    if (reader !== undefined) return reader.resolve({ value: chunk, done: false })
    this.#chunks.push(chunk)
    this.#queued += chunk.length
    if (this.#paused || this.#queued < HIGH_WATER) return
    this.#paused = true
    this.#connection.pause()
  }

  end(): void {
    this.#ended = true
    this.#takeReader()?.resolve(DONE)
  }

  fail(reason: Error): void {
    this.#failure ??= reason
    this.#takeReader()?.reject(this.#failure)
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#chunks.length === 0 && this.#paused) {
      this.#paused = false
      this.#connection.resume()
    }
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) {
      this.#queued -= chunk.length
      return Promise.resolve({ value: chunk, done: false })
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#ended) return Promise.resolve(DONE)
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject }
      this.#waitingSince = performance.now()
      this.#idle = setTimeout(() => this.#timeOut(), Math.min(this.#idleMs, this.#remainingMs()))
    })
  }

  /** Called when a loop is left early. */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.close()
    return Promise.resolve(DONE)
  }

  close(): void {
    this.#chunks = []
    this.#queued = 0
    if (this.#ended || this.#failure !== undefined) return
    this.#failure = new HansardError('interrupted', 'The rest of the response was discarded')
    this.#connection.abort(this.#failure)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #takeReader(): Reader | undefined {
    const reader = this.#reader
    if (reader !== undefined) this.#waitedMs += performance.now() - this.#waitingSince
    this.#reader = undefined
    clearTimeout(this.#idle)
    return reader
  }

  #remainingMs(): number {
    const timeouts = IDLE_TIMEOUTS + this.#received / BYTES_PER_IDLE_TIMEOUT
    return Math.max(0, timeouts * this.#idleMs - this.#waitedMs)
  }

  #timeOut(): void {
    const isIdle = this.#remainingMs() >= this.#idleMs
    const seconds = (this.#waitedMs + performance.now() - this.#waitingSince) / 1000
    const reason = isIdle
      ? `stopped: no data for ${this.#idleMs / 1000} s`
      : `is too slow: ${plural(this.#received, 'byte')} in ${seconds.toFixed(1)} s`
    this.#connection.abort(
      new HansardError('timeout', `The response ${reason}`, {
        hint: 'Try again. If it happens again, check the connection.',
      }),
    )
  }
}
