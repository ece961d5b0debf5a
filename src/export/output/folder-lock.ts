import { closeSync, lstatSync, mkdirSync, openSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { explainSqlite, openSqlite, type Sqlite } from '../../archive/sqlite/sqlite.ts'
import { isHansardError } from '../../errors.ts'

/** The file of the lock. */
export const LOCK = '.lock'

/** How often the folder may be taken away by others as soon as it was made. */
const MAX_TRIES = 20

/** A folder that is ours alone. */
export interface FolderLock {
  /** Gives it up, and removes it if nothing but the lock is in it. */
  remove(): void
}

/**
 * Makes a folder and locks it; undefined while another process holds it. The lock is a transaction on an empty database:
 * the kernel drops it when its holder dies, however it dies. (The lock of an archive writes down who holds it. This one
 * is removed in the end, under the eyes of others that wait for it, and SQLite writes to no file that was removed.)
 */
export function lockFolder(folder: string): FolderLock | undefined {
  for (let tries = 1; ; tries++) {
    const made = make(folder)
    const db = take(folder, tries === MAX_TRIES)
    if (db === 'taken') return undefined
    if (db === 'gone') continue
    if (inodeOf(join(folder, LOCK)) === made) return { remove: () => remove(folder, db) }
    // What is locked here was removed, or made anew by another: it keeps nobody away.
    db.close()
  }
}

function remove(folder: string, db: Sqlite): void {
  rmSync(join(folder, LOCK), { force: true })
  db.close()
  unless(['ENOENT', 'ENOTEMPTY'], () => rmdirSync(folder))
}

/** Makes what is not there yet; answers with the inode of the lock, or undefined if it is gone again. */
function make(folder: string): number | undefined {
  // Not with `recursive`: Node then tries for ever where the file system takes no folders.
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
