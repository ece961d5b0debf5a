import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'

import type { ExportedFile } from './manifest.ts'

/** Small parts are joined up to this size before they go to the disk, in characters or bytes. */
const CHUNK = 256 * 1024

/** Writes one new file, readable by its owner alone, and hashes it on the way; a chunk goes out while the next is made. */
export class HashedFile {
  readonly #handle: FileHandle
  readonly #hash = createHash('sha256')
  #parts: (string | Uint8Array)[] = []
  #size = 0
  #bytes = 0
  #writing: Promise<unknown> = Promise.resolve()

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  static async create(path: string): Promise<HashedFile> {
    return new HashedFile(await open(path, 'wx', 0o600))
  }

  write(part: string | Uint8Array): Promise<void> | undefined {
    this.#parts.push(part)
    this.#size += part.length
    return this.#size < CHUNK ? undefined : this.#flush()
  }

  /** Waits until the disk has it, and says what was written. */
  async close(): Promise<Omit<ExportedFile, 'path'>> {
    try {
      if (this.#size > 0) await this.#flush()
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

  async #flush(): Promise<void> {
    const chunk = joined(this.#parts)
    this.#parts = []
    this.#size = 0
    this.#bytes += chunk.length
    this.#hash.update(chunk)
    await this.#writing
    this.#writing = this.#handle.writeFile(chunk)
    // Whoever writes or closes next hears of a failure; until then it is nobody's.
    this.#writing.catch(() => undefined)
  }
}

function joined(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const [first] = parts
  if (parts.length === 1 && typeof first === 'object') return first
  if (parts.every((part) => typeof part === 'string')) return Buffer.from(parts.join(''))
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
}
