import { setTimeout as delay } from 'node:timers/promises'

import { HansardError, isHansardError } from '../errors.ts'
import { explainSqlite, openSqlite, type Sqlite } from './sqlite.ts'

/** Two runs that begin at the same moment can stand in each other's way; this long one waits for the other. */
const BUSY_MS = 200

/** How often a waiting run looks again. */
const LOOK_MS = 250

/** Held by the one run that may write to an archive. */
export interface ArchiveLock {
  release(): void
}

/**
 * Locks an archive for writing, by a transaction that stays open on a file beside it: the kernel drops that lock when
 * its holder dies, however it dies, so that no lock is ever stale. Who holds it is written down for people only.
 *
 * @param holder how to name this process to others, such as `pid 17 on host`
 * @throws HansardError `archive-locked`
 */
export function lockArchive(path: string, holder: string): ArchiveLock {
  const lockPath = `${path}.lock`
  const db = openSqlite(lockPath, 'create')
  try {
    db.pragma(`busy_timeout = ${BUSY_MS}`)
    db.exec('create table if not exists holder (name text); delete from holder')
    db.prepare('insert into holder values (?)').run(holder)
    db.exec('begin immediate')
    return { release: () => db.close() }
  } catch (thrown) {
    const explained = explainSqlite(thrown, lockPath)
    const other = isBusy(explained) ? nameOfHolder(lockPath) : undefined
    db.close()
    if (!isBusy(explained)) throw explained
    throw new HansardError('archive-locked', `${path} is locked by another run (${other ?? 'unknown'})`, {
      hint: 'Wait until it ends, or let --wait do so. A lock never outlives its process, so there is nothing to remove.',
      cause: thrown,
    })
  }
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
