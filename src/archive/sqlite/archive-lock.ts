import { setTimeout as delay } from 'node:timers/promises'

import { HansardError, isHansardError } from '../../errors.ts'
import { fileAt, lockFile, type FileLock } from './file-lock.ts'
import { realName } from './file-names.ts'
import { explainSqlite, openSqlite, type Sqlite } from './sqlite.ts'

/** Two runs that begin at the same moment can stand in each other's way; this long one waits for the other. */
const BUSY_MS = 200

/** How often a waiting run looks again. */
const LOOK_MS = 250

/** How often the file of the lock may be replaced by others while it is being locked. */
const TRIES = 20

/** Held by the one run that may write to an archive. */
export interface ArchiveLock {
  /**
   * Makes sure that this process still holds the archive, by whichever name others reach it. To be called when the archive
   * was opened (or made), and before whatever must not be done by two.
   *
   * @throws HansardError `archive-locked`
   */
  confirm(): void
  release(): void
}

/**
 * Locks an archive for writing: by a transaction that stays open on a file beside it, and by a lock on the archive itself
 * (`file-lock.ts`). The kernel drops both when their holder dies, however it dies, so that no lock is ever stale. Who
 * holds it is written down for people only.
 *
 * @param holder how to name this process to others, such as `pid 17 on host`
 * @throws HansardError `archive-locked`
 */
export function lockArchive(path: string, holder: string): ArchiveLock {
  const name = realName(path)
  let beside: LockBeside | undefined
  let file: string | undefined
  let own: FileLock | undefined
  const lock = {
    confirm: () => {
      if (beside === undefined || fileAt(beside.path) !== beside.file) {
        beside?.release() // it was removed or replaced, and keeps nobody away
        beside = undefined
        beside = lockBeside(path, `${name}.lock`, holder)
      }
      const now = fileAt(name)
      if (file !== undefined && now !== file) throw moved(path)
      if (now === undefined || own !== undefined) return
      file = now
      own = lockFile(file)
      if (own === undefined) throw lockedElsewhere(path)
    },
    release: () => {
      beside?.release()
      own?.release()
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

/** The lock on the file beside the archive. */
interface LockBeside {
  readonly path: string
  /** Which file was locked. */
  readonly file: string
  release(): void
}

function lockBeside(path: string, lockPath: string, holder: string): LockBeside {
  for (let tries = 1; ; tries++) {
    const db = openSqlite(lockPath, 'create')
    const file = fileAt(lockPath)
    try {
      db.pragma(`busy_timeout = ${BUSY_MS}`)
      db.exec('create table if not exists holder (name text); delete from holder')
      db.prepare('insert into holder values (?)').run(holder)
      db.exec('begin immediate')
    } catch (thrown) {
      const explained = explainSqlite(thrown, lockPath)
      const other = isBusy(explained) ? nameOfHolder(lockPath) : undefined
      db.close()
      if (isBusy(explained)) throw locked(`${path} is locked by another run (${other ?? 'unknown'})`, thrown)
      if (fileAt(lockPath) === file || tries === TRIES) throw explained
      continue // it was removed meanwhile, and SQLite does not write to such a file
    }
    if (file !== undefined && fileAt(lockPath) === file) {
      return { path: lockPath, file, release: () => db.close() }
    }
    db.close()
    if (tries === TRIES) throw locked(`${lockPath} is replaced again and again by others`)
  }
}

function locked(message: string, cause?: unknown): HansardError {
  return new HansardError('archive-locked', message, {
    hint: 'Wait until it ends; `hansard backup --wait` does so itself. A lock never outlives its process, so there is nothing to remove.',
    cause,
  })
}

function lockedElsewhere(path: string): HansardError {
  return locked(`${path} is locked by another run, which uses another name of the file or lost its lock file`)
}

function moved(path: string): HansardError {
  return new HansardError(
    'archive-locked',
    `${path} was moved, removed or replaced while this run was using it`,
    {
      hint: 'Put the file back with the -wal file that was beside it, then run the command again.',
    },
  )
}

/** How to wait for a lock. */
export interface LockWait {
  readonly seconds: number
  readonly signal: AbortSignal
  /** Told once, with who holds the lock, when there is something to wait for. */
  readonly onWait: (why: string) => void
}

/**
 * Locks an archive, and waits while another run holds it.
 *
 * @throws HansardError `archive-locked` when the time is over, `interrupted` when told to stop
 */
export async function awaitLock(
  path: string,
  holder: string,
  { seconds, signal, onWait }: LockWait,
): Promise<ArchiveLock> {
  const ends = performance.now() + seconds * 1000
  for (let isFirst = true; ; isFirst = false) {
    try {
      return lockArchive(path, holder)
    } catch (thrown) {
      if (!isBusy(thrown) || performance.now() >= ends) throw thrown
      if (isFirst) onWait(thrown.message)
      await pause(Math.min(LOOK_MS, ends - performance.now()), signal)
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal })
  } catch {
    throw new HansardError('interrupted', 'The wait for the archive was told to stop')
  }
}

function isBusy(thrown: unknown): thrown is HansardError {
  return isHansardError(thrown, 'archive-locked')
}

function nameOfHolder(lockPath: string): string | undefined {
  let db: Sqlite | undefined
  try {
    db = openSqlite(lockPath, 'read')
    return db.prepare('select name from holder').pluck().get() as string | undefined
  } catch {
    return undefined
  } finally {
    db?.close()
  }
}
