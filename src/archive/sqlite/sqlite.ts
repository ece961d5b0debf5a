import Database from 'better-sqlite3'
import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { devNull } from 'node:os'

import { HansardError, isOutOfFiles, messageOf, outOfFiles } from '../../errors.ts'
import { isReadOnlyFolder, openCopy } from './read-only-copy.ts'

/** Queries that return rows in one form. Each SQL text is prepared once. */
export interface Queries {
  /** The first row, or undefined. */
  get(sql: string, ...values: readonly unknown[]): unknown
  all(sql: string, ...values: readonly unknown[]): unknown[]
  /** Reads rows one at a time. The connection cannot write until the iterator ends. */
  iterate(sql: string, ...values: readonly unknown[]): IterableIterator<unknown>
}

/** An open SQLite database. Only this file imports better-sqlite3, so its types are not part of ours. Rows are objects. */
export interface Sqlite extends Queries {
  /** Queries whose rows are the value of their first column. */
  readonly pluck: Queries
  /** Queries whose rows are arrays. */
  readonly raw: Queries
  readonly inTransaction: boolean
  run(sql: string, ...values: readonly unknown[]): Changes
  exec(sql: string): unknown
  pragma(pragma: string, options?: { readonly simple?: boolean }): unknown
  /** Defines a function that SQL on this connection can call. */
  function(name: string, work: (...values: never[]) => unknown): unknown
  transaction<T>(work: () => T): { (): T; immediate(): T; exclusive(): T }
  close(): unknown
}

export interface Changes {
  readonly changes: number
  readonly lastInsertRowid: number | bigint
}

/** The prepared statements of one form: the form is part of a statement's state. */
class PreparedQueries implements Queries {
  readonly #db: Database.Database
  readonly #form: 'pluck' | 'raw' | undefined
  readonly #statements = new Map<string, Database.Statement>()

  constructor(db: Database.Database, form?: 'pluck' | 'raw') {
    this.#db = db
    this.#form = form
  }

  run(sql: string, ...values: readonly unknown[]): Changes {
    return this.#prepare(sql).run(...values)
  }

  get(sql: string, ...values: readonly unknown[]): unknown {
    return this.#prepare(sql).get(...values)
  }

  all(sql: string, ...values: readonly unknown[]): unknown[] {
    return this.#prepare(sql).all(...values)
  }

  iterate(sql: string, ...values: readonly unknown[]): IterableIterator<unknown> {
    return this.#prepare(sql).iterate(...values)
  }

  /** A statement whose iterator is still open cannot be used again: a nested query gets one of its own. */
  #prepare(sql: string): Database.Statement {
    const known = this.#statements.get(sql)
    if (known?.busy === false) return known
    const statement = this.#db.prepare(sql)
    if (this.#form !== undefined) statement[this.#form]()
    if (known === undefined) this.#statements.set(sql, statement)
    return statement
  }
}

class PreparedSqlite extends PreparedQueries implements Sqlite {
  readonly pluck: Queries
  readonly raw: Queries
  readonly #db: Database.Database

  constructor(db: Database.Database) {
    super(db)
    this.#db = db
    this.pluck = new PreparedQueries(db, 'pluck')
    this.raw = new PreparedQueries(db, 'raw')
  }

  get inTransaction(): boolean {
    return this.#db.inTransaction
  }

  exec(sql: string): void {
    this.#db.exec(sql)
  }

  pragma(pragma: string, options?: { readonly simple?: boolean }): unknown {
    return this.#db.pragma(pragma, options)
  }

  function(name: string, work: (...values: never[]) => unknown): void {
    this.#db.function(name, work)
  }

  transaction<T>(work: () => T): { (): T; immediate(): T; exclusive(): T } {
    return this.#db.transaction(work)
  }

  close(): void {
    this.#db.close()
  }
}

/**
 * Opens a database file; `create` creates it first, readable only by its owner.
 *
 * @throws HansardError `file`, `archive-locked`, `archive-damaged` or `not-an-archive`
 */
export function openSqlite(path: string, mode: 'read' | 'write' | 'create'): Sqlite {
  try {
    if (mode === 'create') createFile(path)
    const fileMustExist = path !== ':memory:'
    if (fileMustExist && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' })
    }
    return new PreparedSqlite(mode === 'read' ? openToRead(path) : new Database(path, { fileMustExist }))
  } catch (thrown) {
    throw explainSqlite(thrown, path)
  }
}

/** Opens a database for reading. Only the first query shows whether SQLite has to write beside the file. */
function openToRead(path: string): Database.Database {
  const open = (file: string) => new Database(file, { readonly: true, fileMustExist: true })
  const db = open(path)
  try {
    db.pragma('schema_version')
    return db
  } catch (thrown) {
    db.close()
    if (isReadOnlyFolder(thrown)) return openCopy(path, open)
    throw thrown
  }
}

/**
 * Creates a file that only its owner may read, and gives an existing empty file the same permissions. A file with content
 * is not even opened: closing it would drop the locks that this process has on it.
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

/** Turns an error of SQLite or the file system into a HansardError; returns any other error unchanged. */
export function explainSqlite(thrown: unknown, path: string): unknown {
  if (!(thrown instanceof Error) || thrown instanceof HansardError || !('code' in thrown)) return thrown
  if (isOutOfFiles(thrown) || (thrown.code === 'SQLITE_CANTOPEN' && areFilesUsedUp())) {
    return new HansardError('file', outOfFiles.message, { hint: outOfFiles.hint, cause: thrown })
  }
  const known = explanations.find(([prefix]) => String(thrown.code).startsWith(prefix))
  if (known === undefined) return thrown
  const [, code, what, hint] = known
  return new HansardError(code, `${path}: ${what} (${messageOf(thrown)})`, { hint, cause: thrown })
}

/** SQLite does not say why it cannot open a file, so this tries to open another one. */
function areFilesUsedUp(): boolean {
  try {
    closeSync(openSync(devNull, 'r'))
    return false
  } catch (thrown) {
    return isOutOfFiles(thrown)
  }
}

const FREE_SPACE = 'Free some space and run the command again; nothing stored so far is lost.'
const CHECK_PERMISSIONS = 'Check the permissions of the file and of its folder.'
const OTHER_FILE = 'Use another file with --archive.'

/** Start of an error code, our code, message and hint. The first match counts. */
const explanations = [
  ['SQLITE_NOTADB', 'not-an-archive', 'not a hansard archive', OTHER_FILE],
  [
    'SQLITE_CORRUPT',
    'archive-damaged',
    'the archive is damaged',
    'Copy the file, then run `hansard verify`.',
  ],
  ['SQLITE_BUSY', 'archive-locked', 'another process is writing to it', 'Wait for the other run to end.'],
  ['SQLITE_FULL', 'file', 'the disk is full', FREE_SPACE],
  [
    'SQLITE_READONLY',
    'file',
    'it is read-only',
    `${CHECK_PERMISSIONS} Or copy it to a folder that you can write to.`,
  ],
  ['SQLITE_CANTOPEN', 'file', 'cannot open it', `Check that its folder exists. ${CHECK_PERMISSIONS}`],
  [
    'SQLITE_IOERR_WRITE',
    'file',
    'cannot write any more: the disk is full, or a quota or a size limit is reached',
    FREE_SPACE,
  ],
  ['SQLITE_IOERR', 'file', 'the disk failed', 'Check the disk, then run `hansard verify`.'],
  ['ENOENT', 'file', 'cannot create it', `Check that its folder exists and is writable. ${OTHER_FILE}`],
  ['ENOTDIR', 'file', 'a part of the path is not a folder', OTHER_FILE],
  ['EISDIR', 'file', 'it is a folder', 'Use a file inside it with --archive.'],
  ['EACCES', 'file', 'permission denied', CHECK_PERMISSIONS],
  ['EPERM', 'file', 'permission denied', CHECK_PERMISSIONS],
  ['EROFS', 'file', 'the disk is read-only', 'Use a file on another disk with --archive.'],
  ['ENOSPC', 'file', 'the disk is full', FREE_SPACE],
] as const
