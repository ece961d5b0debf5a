import { statSync } from 'node:fs'

import { openArchive, type Archive } from '../archive/archive.ts'

/** An archive that stays open between requests, for reading. */
export interface ArchiveSource {
  readonly path: string
  /**
   * Returns the archive as it is now. A file that took its place in the meantime is opened instead.
   *
   * @throws all errors of `openArchive`, for example because the file is gone
   */
  current(): Archive
  /** Changes whenever the archive does. */
  version(): string
  close(): void
}

/** Opens an archive to be read by many requests. Throws all errors of `openArchive`. */
export function openSource(path: string): ArchiveSource {
  let opened: Archive | undefined
  let file = ''
  let times = 0
  const close = () => {
    opened?.close()
    opened = undefined
  }
  const current = () => {
    const now = fileAt(path)
    if (now !== file) close()
    if (opened === undefined) times++
    opened ??= openArchive(path)
    file = now
    return opened
  }
  current()
  return { path, current, version: () => `${times}.${current().dataVersion}`, close }
}

/** Tells one file from another that has its name later; empty if there is none. */
function fileAt(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? '' : `${found.dev}.${found.ino}`
}
