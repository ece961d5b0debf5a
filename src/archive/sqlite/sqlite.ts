import Database from 'better-sqlite3'
import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { devNull } from 'node:os'

import { HansardError, isOutOfFiles, messageOf, outOfFiles } from '../../errors.ts'
import { isOfReadOnlyPlace, openCopy } from './read-only-copy.ts'

/**
 * An open SQLite database, as far as the archive needs one. Only this file knows which library opens it: who uses our
 * types needs none of that library's.
 */
export interface Sqlite {
  readonly inTransaction: boolean
  prepare(sql: string): Statement
  exec(sql: string): unknown
  pragma(pragma: string, options?: { readonly simple?: boolean }): unknown
  /** Makes a function of ours known to SQL, for this connection. */
  function(name: string, work: (...values: never[]) => unknown): unknown
  transaction<T>(work: () => T): { (): T; immediate(): T; exclusive(): T }
  close(): unknown
}

/** A statement; `pluck` answers with the first column alone, `raw` with arrays. */
export interface Statement {
  run(...values: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint }
  get(...values: readonly unknown[]): unknown
  all(...values: readonly unknown[]): unknown[]
  iterate(...values: readonly unknown[]): IterableIterator<unknown>
  pluck(): this
  raw(): this
}

/** Opens a database file; `create` makes it first, readable by its owner alone. */
export function openSqlite(path: string, mode: 'read' | 'write' | 'create'): Sqlite {
  try {
    if (mode === 'create') createFile(path)
    if (path !== ':memory:' && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' })
    }
    return mode === 'read' ? openToRead(path) : new Database(path, { fileMustExist: path !== ':memory:' })
  } catch (thrown) {
    throw explainSqlite(thrown, path)
  }
}

/** Opens a database to be read. SQLite tells only at the first look that it needs to write beside the file. */
function openToRead(path: string): Database.Database {
  const open = (file: string) => new Database(file, { readonly: true, fileMustExist: true })
  const db = open(path)
  try {
    db.pragma('schema_version')
    return db
  } catch (thrown) {
    db.close()
    if (isOfReadOnlyPlace(thrown)) return openCopy(path, open)
    throw thrown
  }
}

/**
 * A file that is there is not even opened: closing it would drop the locks that this process has on it. An empty one
 * becomes the owner's alone.
 */
function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (thrown) {
    const existing = statSync(path, { throwIfNoEntry: false })
    if (existing === undefined) throw thrown
    if (existing.isFile() && existing.size === 0) chmodSync(path, 0o600)
  }
}

/** Says in our words what SQLite or the file system threw; anything else comes back as it is. */
export function explainSqlite(thrown: unknown, path: string): unknown {
  if (!(thrown instanceof Error) || thrown instanceof HansardError || !('code' in thrown)) return thrown
  if (isOutOfFiles(thrown) || (thrown.code === 'SQLITE_CANTOPEN' && canOpenNothing())) {
    return new HansardError('file', outOfFiles.message, { hint: outOfFiles.hint, cause: thrown })
  }
  const known = explanations.find(([code]) => String(thrown.code).startsWith(code))
  if (known === undefined) return thrown
  const [, kind, what, hint] = known
  return new HansardError(kind, `${path}: ${what} (${messageOf(thrown)})`, { hint, cause: thrown })
}

/** SQLite does not say why it cannot open a file. */
function canOpenNothing(): boolean {
  try {
    closeSync(openSync(devNull, 'r'))
    return false
  } catch (thrown) {
    return isOutOfFiles(thrown)
  }
}

const explanations = [
  ['SQLITE_NOTADB', 'not-an-archive', 'this is no hansard archive', 'Name another file with --archive.'],
  [
    'SQLITE_CORRUPT',
    'archive-damaged',
    'the archive is damaged',
    'Run `hansard verify`; keep a copy of the file.',
  ],
  ['SQLITE_BUSY', 'archive-locked', 'another process is writing to it', 'Wait for the other run to end.'],
  [
    'SQLITE_FULL',
    'file',
    'the disk is full',
    'Free some space and run the command again; what was stored is safe.',
  ],
  [
    'SQLITE_READONLY',
    'file',
    'it can only be read',
    'Check the permissions of the file and of its folder, or copy it to a folder that you can write to.',
  ],
  [
    'SQLITE_CANTOPEN',
    'file',
    'it can’t be opened',
    'Check that its folder exists, and the permissions of both.',
  ],
  [
    'SQLITE_IOERR_WRITE',
    'file',
    'nothing more can be written: the disk, a quota or a limit of file sizes is in the way',
    'Make room and run the command again; what was stored is safe.',
  ],
  ['SQLITE_IOERR', 'file', 'the disk failed', 'Check the disk, then run `hansard verify`.'],
  [
    'ENOENT',
    'file',
    'it can’t be made',
    'Check that its folder exists and takes new files, or name another file with --archive.',
  ],
  ['ENOTDIR', 'file', 'a part of the path is not a folder', 'Name another file with --archive.'],
  ['EISDIR', 'file', 'this is a folder', 'Name a file inside it with --archive.'],
  ['EACCES', 'file', 'permission denied', 'Check the permissions of the file and of its folder.'],
  ['EPERM', 'file', 'permission denied', 'Check the permissions of the file and of its folder.'],
  ['EROFS', 'file', 'the disk can only be read', 'Name a file on another disk with --archive.'],
  [
    'ENOSPC',
    'file',
    'the disk is full',
    'Free some space and run the command again; what was stored is safe.',
  ],
] as const
