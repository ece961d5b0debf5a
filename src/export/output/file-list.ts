import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

import type { ExportedFile } from './manifest.ts'
import { HashedFile } from './output-file.ts'

/** Number of files synced to disk at the same time; one after the other, 10,000 small files would take minutes. */
const MAX_CLOSING = 16

/** The list of the files of an export. */
export interface FileList {
  /** Adds a file that is being closed. Files are listed in the order of these calls. */
  add(path: string, closing: Promise<Omit<ExportedFile, 'path'>>): Promise<void>
  /** Waits for all files, and returns the JSON of each. */
  settled(): Promise<AsyncIterable<string>>
  /** Releases all files, even those that failed. */
  abandon(): Promise<void>
}

/** Creates a list that is kept on disk, because a million files must not be kept in memory. */
export async function createFileList(listPath: string): Promise<FileList> {
  const list = await HashedFile.create(listPath)
  const pending: Promise<ExportedFile>[] = []
  const settleOldest = async () => list.write(`${JSON.stringify(await pending.shift())}\n`)
  return {
    async add(path, closing) {
      const file = closing.then((facts) => ({ path, ...facts }))
      // A failure is thrown by the next call that awaits this file.
      file.catch(() => undefined)
      pending.push(file)
      if (pending.length > MAX_CLOSING) await settleOldest()
    },
    async settled() {
      while (pending.length > 0) await settleOldest()
      await list.close()
      return createInterface({ input: createReadStream(listPath), crlfDelay: Infinity })
    },
    async abandon() {
      await Promise.allSettled(pending)
      await list.discard()
    },
  }
}
