import { HansardError } from '../errors.ts'

/** What a body can ask of the connection it comes from. */
interface Connection {
  pause(): void
  resume(): void
  abort(reason: Error): void
}

interface Reader {
  resolve(result: IteratorResult<Uint8Array>): void
  reject(reason: Error): void
}

/** A body may be waited for as long as this many times idleness, and that much longer again for every 64 KiB. */
const PATIENCE = 10
const PATIENCE_BYTES = 64 * 1024

const HIGH_WATER = 64 * 1024
const DONE: IteratorResult<Uint8Array> = { value: undefined, done: true }

/**
 * A body between the connection that pushes and the reader that pulls. At most 64 KiB and one chunk wait here: beyond
 * that the socket is left alone. Time is measured only while the reader waits for the sender: how long nothing comes, and
 * how long it takes in all, so that a sender of a byte a minute is not heard out for days.
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
  #waitsSince = 0
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
    if (this.#chunks.length === 0) this.#resume()
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) {
      this.#queued -= chunk.length
      return Promise.resolve({ value: chunk, done: false })
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#ended) return Promise.resolve(DONE)
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject }
      this.#waitsSince = performance.now()
      this.#idle = setTimeout(() => this.#giveUp(), Math.min(this.#idleMs, this.#patienceMs()))
    })
  }

  /** Called by a loop that is left early. */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.close()
    return Promise.resolve(DONE)
  }

  close(): void {
    this.#chunks = []
    this.#queued = 0
    if (this.#ended || this.#failure !== undefined) return
    this.#failure = new HansardError('interrupted', 'The rest of the answer was not wanted')
    this.#connection.abort(this.#failure)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#connection.resume()
  }

  #takeReader(): Reader | undefined {
    const reader = this.#reader
    if (reader !== undefined) this.#waitedMs += performance.now() - this.#waitsSince
    this.#reader = undefined
    clearTimeout(this.#idle)
    return reader
  }

  #patienceMs(): number {
    const patience = PATIENCE + this.#received / PATIENCE_BYTES
    return Math.max(0, patience * this.#idleMs - this.#waitedMs)
  }

  #giveUp(): void {
    const idle = this.#patienceMs() >= this.#idleMs
    const seconds = (this.#waitedMs + performance.now() - this.#waitsSince) / 1000
    const why = idle
      ? `stopped: nothing came for ${this.#idleMs / 1000} s`
      : `is too slow: ${this.#received} bytes came in ${seconds.toFixed(1)} s`
    this.#connection.abort(
      new HansardError('timeout', `The answer ${why}`, {
        hint: 'Try again, and check the connection if it stays so.',
      }),
    )
  }
}
