import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'

import type { Part } from '../format.ts'
import { JsonValue } from '../json-value.ts'
import type { ExportedFile } from './manifest.ts'

/** Small parts go to the disk together, so many bytes; a file that stays small needs no more memory than that. */
const MIN_BUFFER = 16 * 1024
const MAX_BUFFER = 256 * 1024

/** Writes one new file, readable by its owner alone, and hashes it on the way; a chunk goes out while the next is made. */
export class HashedFile {
  readonly #handle: FileHandle
  readonly #hash = createHash('sha256')
  #buffer = Buffer.alloc(0)
  #used = 0
  #bytes = 0
  #writing: Promise<unknown> = Promise.resolve()

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  static async create(path: string): Promise<HashedFile> {
    return new HashedFile(await open(path, 'wx', 0o600))
  }

  write(written: Part): Promise<void> | undefined {
    const part = written instanceof JsonValue ? written.stored : written
    // A character is three bytes of UTF-8 at most.
    const room = typeof part === 'string' ? part.length * 3 : part.length
    if (room > this.#buffer.length - this.#used) return this.#writeAfterFlush(part, room)
    this.#put(part)
    return undefined
  }

  /** Waits until the disk has it, and says what was written. */
  async close(): Promise<Omit<ExportedFile, 'path'>> {
    try {
      await this.#flush()
      await this.#writing
      await this.#handle.sync()
    } finally {
      await this.#handle.close()
    }
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  /** Lets go of the file, which is not to be kept. */
  async discard(): Promise<void> {
    await this.#writing.catch(() => undefined)
    await this.#handle.close()
  }

  #put(part: string | Uint8Array): void {
    if (typeof part === 'string') this.#used += this.#buffer.write(part, this.#used)
    else {
      this.#buffer.set(part, this.#used)
      this.#used += part.length
    }
  }

  async #writeAfterFlush(part: string | Uint8Array, room: number): Promise<void> {
    const next = Math.min(MAX_BUFFER, Math.max(MIN_BUFFER, this.#buffer.length * 4))
    await this.#flush()
    if (room > MAX_BUFFER) return this.#send(typeof part === 'string' ? Buffer.from(part) : part)
    this.#buffer = Buffer.allocUnsafe(Math.max(room, next))
    this.#put(part)
  }

  async #flush(): Promise<void> {
    const chunk = this.#buffer.subarray(0, this.#used)
    this.#buffer = Buffer.alloc(0)
    this.#used = 0
    if (chunk.length > 0) await this.#send(chunk)
  }

  /** The chunk is ours from now on: it is on its way while the next is made. */
  async #send(chunk: Uint8Array): Promise<void> {
    this.#bytes += chunk.length
    this.#hash.update(chunk)
    await this.#writing
    this.#writing = this.#handle.writeFile(chunk)
    // Whoever writes or closes next hears of a failure; until then it is nobody's.
    this.#writing.catch(() => undefined)
  }
}
