import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

import type { ExportedFile } from './manifest.ts'
import { HashedFile } from './output-file.ts'

/** Number of files synced to disk at the same time; one after the other, 10,000 small files would take minutes. */
const MAX_CLOSING = 16

/** The list of the files of an export, kept on disk because a million of them must not be kept in memory. */
export class FileList {
  readonly #path: string
  readonly #list: HashedFile
  readonly #closing: Promise<ExportedFile>[] = []

  private constructor(path: string, list: HashedFile) {
    this.#path = path
    this.#list = list
  }

  static async create(path: string): Promise<FileList> {
    return new FileList(path, await HashedFile.create(path))
  }

  /** Adds a file that is being closed. Files are listed in the order of these calls. */
  async add(path: string, closing: Promise<Omit<ExportedFile, 'path'>>): Promise<void> {
    const file = closing.then((facts) => ({ path, ...facts }))
    // A failure is thrown by the next call that awaits this file.
    file.catch(() => undefined)
    this.#closing.push(file)
    if (this.#closing.length > MAX_CLOSING) await this.#settleOldest()
  }

  /** Waits for all files, and returns the JSON of each. */
  async settled(): Promise<AsyncIterable<string>> {
    while (this.#closing.length > 0) await this.#settleOldest()
    await this.#list.close()
    return createInterface({ input: createReadStream(this.#path), crlfDelay: Infinity })
  }

  /** Releases all files, even those that failed. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#closing)
    await this.#list.discard()
  }

  async #settleOldest(): Promise<void> {
    await this.#list.write(`${JSON.stringify(await this.#closing.shift())}\n`)
  }
}
