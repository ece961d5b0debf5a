import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

import type { ExportedFile } from './manifest.ts'
import { HashedFile } from './output-file.ts'

/** So many files wait for the disk at the same time: one after the other, ten thousand small ones would take minutes. */
const MAX_CLOSING = 16

/** The files of an export as they are closed, kept on disk: a million of them must not need memory. */
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

  /** Notes a file that is being closed; they are listed in the order of these calls. */
  async add(path: string, closing: Promise<Omit<ExportedFile, 'path'>>): Promise<void> {
    const file = closing.then((facts) => ({ path, ...facts }))
    // Whoever adds or settles next hears of a failure; until then it is nobody's.
    file.catch(() => undefined)
    this.#closing.push(file)
    if (this.#closing.length > MAX_CLOSING) await this.#settleOldest()
  }

  /** Waits for all files, and answers with the JSON of each. */
  async settled(): Promise<AsyncIterable<string>> {
    while (this.#closing.length > 0) await this.#settleOldest()
    await this.#list.close()
    return createInterface({ input: createReadStream(this.#path), crlfDelay: Infinity })
  }

  /** Lets go of everything, whatever became of it. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#closing)
    await this.#list.discard()
  }

  async #settleOldest(): Promise<void> {
    await this.#list.write(`${JSON.stringify(await this.#closing.shift())}\n`)
  }
}
