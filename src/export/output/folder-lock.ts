import { closeSync, lstatSync, mkdirSync, openSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { explainSqlite, openSqlite, type Sqlite } from '../../archive/sqlite/sqlite.ts'
import { isHansardError } from '../../errors.ts'

/** The name of the lock file. */
export const LOCK = '.lock'

/** How often another process may remove the folder right after it was created. */
const MAX_TRIES = 20

/**
 * Creates and locks a folder. Returns a function that unlocks it, and removes it if it is empty; returns undefined while
 * another process holds the lock. The lock is a transaction on an empty
 * database, which the kernel releases however the process dies. Unlike the lock of an archive, it stores nothing about
 * its holder: it is removed at the end while others may wait for it, and SQLite refuses to write to a removed file.
 */
export function lockFolder(folder: string): (() => void) | undefined {
  for (let tries = 1; ; tries++) {
    const made = make(folder)
    const db = take(folder, tries === MAX_TRIES)
    if (db === 'taken') return undefined
    if (db === 'gone') continue
    if (inodeOf(join(folder, LOCK)) === made) return () => unlock(folder, db)
    // The locked file was removed or replaced by another process, so this lock excludes nobody.
    db.close()
  }
}

function unlock(folder: string, db: Sqlite): void {
  rmSync(join(folder, LOCK), { force: true })
  db.close()
  unless(['ENOENT', 'ENOTEMPTY'], () => rmdirSync(folder))
}

/** Creates the folder and the lock file if they are missing; returns the inode of the lock, undefined if it is gone again. */
function make(folder: string): number | undefined {
  // Not with `recursive`: Node then loops forever on a file system that refuses folders.
  unless(['EEXIST'], () => mkdirSync(folder, { mode: 0o700 }))
  unless(['EEXIST', 'ENOENT'], () => closeSync(openSync(join(folder, LOCK), 'wx', 0o600)))
  return inodeOf(join(folder, LOCK))
}

function take(folder: string, isLast: boolean): Sqlite | 'taken' | 'gone' {
  let db: Sqlite | undefined
  try {
    db = openSqlite(join(folder, LOCK), 'write')
    db.pragma('journal_mode = memory')
    db.pragma('busy_timeout = 0')
    db.exec('begin immediate')
    return db
  } catch (thrown) {
    db?.close()
    if (isBusy(thrown)) return 'taken'
    if (isLast) throw explainSqlite(thrown, folder)
    return 'gone'
  }
}

function isBusy(thrown: unknown): boolean {
  return isHansardError(thrown, 'archive-locked') || (thrown as { code?: unknown }).code === 'SQLITE_BUSY'
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino
}

function unless(codes: readonly string[], work: () => void): void {
  try {
    work()
  } catch (thrown) {
    if (!codes.includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown
  }
}
