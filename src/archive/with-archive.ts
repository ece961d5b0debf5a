import { statSync } from 'node:fs'

import { openArchive, type Archive } from './archive.ts'
import { awaitLock, lockArchive, type ArchiveLock, type LockWait } from './sqlite/archive-lock.ts'

/** Opens an archive for reading, runs `work`, then closes the archive. Throws all errors of `openArchive`. */
export async function withArchive<T>(path: string, work: (archive: Archive) => T | Promise<T>): Promise<T> {
  const archive = openArchive(path)
  try {
    return await work(archive)
  } finally {
    archive.close()
  }
}

/** How to lock an archive and open it for writing. */
export interface LockedArchiveOptions {
  /** How to name this process to others, such as `pid 17 on host`. */
  readonly holder: string
  /** Creates the archive if it does not exist. */
  readonly create?: boolean
  /** Waits while another run holds the lock. Default: fails at once. */
  readonly wait?: LockWait
}

/**
 * Locks an archive, opens it for writing, runs `work`, then closes the archive and releases the lock.
 *
 * @throws HansardError `archive-locked` while another run holds the lock, `interrupted` when a wait for it is aborted,
 *   and all errors of `openArchive`
 */
export async function withLockedArchive<T>(
  path: string,
  { holder, create = false, wait }: LockedArchiveOptions,
  work: (archive: Archive, lock: ArchiveLock) => Promise<T>,
): Promise<T> {
  // Fails here, before it creates a lock file beside something that is not an archive.
  if (!create || hasContent(path)) openArchive(path).close()
  const lock = wait === undefined ? lockArchive(path, holder) : await awaitLock(path, holder, wait)
  try {
    const archive = openArchive(path, { mode: create ? 'create' : 'write' })
    try {
      lock.confirm() // an archive that was created just now is not locked itself before this
      return await work(archive, lock)
    } finally {
      archive.close()
    }
  } finally {
    lock.release()
  }
}

function hasContent(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0
}
