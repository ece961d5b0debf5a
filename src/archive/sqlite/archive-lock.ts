import { setTimeout as delay } from 'node:timers/promises'

import { HansardError, isHansardError } from '../../errors.ts'
import { fileAt, lockFile } from './file-lock.ts'
import { realName } from './file-names.ts'
import { explainSqlite, openSqlite, type Sqlite } from './sqlite.ts'

/** How long SQLite waits for another process: two runs that start at once may block each other briefly. */
const BUSY_MS = 200

/** How long a waiting run pauses before it tries again. */
const RETRY_MS = 250

/** How many times to start over when another process replaces the lock file meanwhile. */
const ATTEMPTS = 20

/** Held by the one run that may write to an archive. */
export interface ArchiveLock {
  /**
   * Checks that this process still holds the archive, under all of its names. Call it after opening or creating the
   * archive, and before anything that only one process may do.
   *
   * @throws HansardError `archive-locked`
   */
  confirm(): void
  release(): void
}

/**
 * Locks an archive for writing: with an open transaction on a lock file beside it, and with a lock on the archive itself
 * (`file-lock.ts`). The kernel drops both when the process ends, however it ends, so a lock is never stale. The lock file
 * names its holder for people; nothing else depends on that name.
 *
 * @param holder how to name this process to others, such as `pid 17 on host`
 * @throws HansardError `archive-locked`
 */
export function lockArchive(path: string, holder: string): ArchiveLock {
  const name = realName(path)
  let lockDb: LockDatabase | undefined
  let file: string | undefined
  let unlockFile: (() => void) | undefined
  const lock = {
    confirm: () => {
      if (lockDb === undefined || fileAt(lockDb.path) !== lockDb.file) {
        lockDb?.release() // the file was removed or replaced, so this lock protects nothing
        lockDb = undefined
        lockDb = openLockDatabase(path, `${name}.lock`, holder)
      }
      const now = fileAt(name)
      if (file !== undefined && now !== file) throw fileMoved(path)
      if (now === undefined || unlockFile !== undefined) return
      file = now
      unlockFile = lockFile(file)
      const how = 'under another name of the file or without its lock file'
      if (unlockFile === undefined) throw locked(`${path} is locked by another run, ${how}`)
    },
    release: () => {
      lockDb?.release()
      unlockFile?.()
    },
  }
  try {
    lock.confirm()
    return lock
  } catch (thrown) {
    lock.release()
    throw thrown
  }
}

/** An open transaction on the lock file. */
interface LockDatabase {
  readonly path: string
  /** The identity of the locked file (`fileAt`). */
  readonly file: string
  release(): void
}

function openLockDatabase(path: string, lockPath: string, holder: string): LockDatabase {
  for (let attempt = 1; ; attempt++) {
    const db = openSqlite(lockPath, 'create')
    const file = fileAt(lockPath)
    try {
      db.pragma(`busy_timeout = ${BUSY_MS}`)
      db.exec('create table if not exists holder (name text); delete from holder')
      db.run('insert into holder values (?)', holder)
      db.exec('begin immediate')
    } catch (thrown) {
      const explained = explainSqlite(thrown, lockPath)
      const other = isBusy(explained) ? readHolder(lockPath) : undefined
      db.close()
      if (isBusy(explained)) throw locked(`${path} is locked by another run (${other ?? 'unknown'})`, thrown)
      if (fileAt(lockPath) === file || attempt === ATTEMPTS) throw explained
      continue // the file was removed meanwhile, and SQLite does not write to a removed file
    }
    if (file !== undefined && fileAt(lockPath) === file) {
      return { path: lockPath, file, release: () => db.close() }
    }
    db.close()
    if (attempt === ATTEMPTS) throw locked(`${lockPath} keeps being replaced by another process`)
  }
}

function locked(message: string, cause?: unknown): HansardError {
  return new HansardError('archive-locked', message, {
    hint: 'Wait until that run ends, or use `hansard backup --wait`. The lock ends with its process; do not remove the lock file.',
    cause,
  })
}

function fileMoved(path: string): HansardError {
  const what = `${path} was moved, removed or replaced while this run was using it`
  return new HansardError('archive-locked', what, {
    hint: 'Put the file back with the -wal file that was beside it, then run the command again.',
  })
}

/** How to wait for a lock. */
export interface LockWait {
  readonly seconds: number
  readonly signal: AbortSignal
  /** Called once, with a message that names the holder, when the lock is taken. */
  readonly onWait: (why: string) => void
}

/**
 * Locks an archive, and waits while another run holds it.
 *
 * @throws HansardError `archive-locked` after `seconds`, `interrupted` when the signal is aborted
 */
export async function awaitLock(
  path: string,
  holder: string,
  { seconds, signal, onWait }: LockWait,
): Promise<ArchiveLock> {
  const deadline = performance.now() + seconds * 1000
  for (let isFirst = true; ; isFirst = false) {
    try {
      return lockArchive(path, holder)
    } catch (thrown) {
      if (!isBusy(thrown) || performance.now() >= deadline) throw thrown
      if (isFirst) onWait(thrown.message)
      await delay(Math.min(RETRY_MS, deadline - performance.now()), undefined, { signal }).catch(() => {
        throw new HansardError('interrupted', 'Interrupted while waiting for the archive')
      })
    }
  }
}

function isBusy(thrown: unknown): thrown is HansardError {
  return isHansardError(thrown, 'archive-locked')
}

function readHolder(lockPath: string): string | undefined {
  let db: Sqlite | undefined
  try {
    db = openSqlite(lockPath, 'read')
    return db.pluck.get<string>('select name from holder')
  } catch {
    return undefined
  } finally {
    db?.close()
  }
}
