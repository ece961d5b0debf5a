import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'

import type { Part } from '../format.ts'
import { JsonValue } from '../json-value.ts'
import type { ExportedFile } from './manifest.ts'

/** Bytes that are gathered before they are written: the buffer begins small, for small files, and grows. */
const MIN_BUFFER = 16 * 1024
const MAX_BUFFER = 256 * 1024

/** Writes and hashes a new file that only its owner can read. A chunk is written while the next one is filled. */
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
    // A character takes at most three bytes in UTF-8.
    const room = typeof part === 'string' ? part.length * 3 : part.length
    if (room > this.#buffer.length - this.#used) return this.#writeAfterFlush(part, room)
    this.#put(part)
    return undefined
  }

  /** Syncs the file to disk, and returns its size and hash. */
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

  /** Closes a file that is not kept. */
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

  /** Starts writing a chunk, which the caller must not change afterwards. */
  async #send(chunk: Uint8Array): Promise<void> {
    this.#bytes += chunk.length
    this.#hash.update(chunk)
    await this.#writing
    this.#writing = this.#handle.writeFile(chunk)
    // A failure is thrown by the next write or close.
    this.#writing.catch(() => undefined)
  }
}
