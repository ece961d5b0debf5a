import { once } from 'node:events'
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'

import type { ExportedFile } from './manifest.ts'

/** So many files wait for the disk at the same time: one after the other, ten thousand small ones would take minutes. */
const CLOSING = 16

/** The files of an export as they are closed, kept on disk: a million of them must not need memory. */
export class FileList {
  readonly #path: string
  readonly #stream: WriteStream
  readonly #closing: Promise<ExportedFile>[] = []

  private constructor(path: string, stream: WriteStream) {
    this.#path = path
    this.#stream = stream
  }

  static async create(path: string): Promise<FileList> {
    const stream = createWriteStream(path, { mode: 0o600, flags: 'wx' })
    await once(stream, 'open')
    return new FileList(path, stream)
  }

  /** Notes a file that is being closed; they are listed in the order of these calls. */
  async add(path: string, closing: Promise<Omit<ExportedFile, 'path'>>): Promise<void> {
    const file = closing.then((facts) => ({ path, ...facts }))
    // Whoever adds or settles next hears of a failure; until then it is nobody's.
    file.catch(() => undefined)
    this.#closing.push(file)
    if (this.#closing.length > CLOSING) await this.#settleOldest()
  }

  /** Waits for all files, and answers with the JSON of each. */
  async settled(): Promise<AsyncIterable<string>> {
    while (this.#closing.length > 0) await this.#settleOldest()
    this.#stream.end()
    await finished(this.#stream)
    return createInterface({ input: createReadStream(this.#path), crlfDelay: Infinity })
  }

  /** Lets go of everything, whatever became of it. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#closing)
    this.#stream.destroy()
  }

  async #settleOldest(): Promise<void> {
    const file = await this.#closing.shift()
    if (!this.#stream.write(`${JSON.stringify(file)}\n`)) await once(this.#stream, 'drain')
  }
}
