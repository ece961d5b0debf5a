import Database from 'better-sqlite3'
import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { devNull } from 'node:os'

import { HansardError, isOutOfFiles, messageOf, outOfFiles } from '../../errors.ts'
import { isReadOnlyFolder, openCopy } from './read-only-copy.ts'

/**
 * Queries that return rows in one form; `Row` is what the SQL selects. Each SQL text is prepared once, and
 * undefined is bound as null.
 */
export interface Queries {
  /** The first row, or undefined. */
  get<Row>(sql: string, ...values: readonly unknown[]): Row | undefined
  all<Row>(sql: string, ...values: readonly unknown[]): Row[]
  /** Reads rows one at a time. The connection cannot write until the iterator ends. */
  iterate<Row>(sql: string, ...values: readonly unknown[]): IterableIterator<Row>
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
  /** Copies the database into a new file in steps of `pages`; `onStep` returns how many pages come next. */
  copyTo(path: string, onStep: (pages: CopiedPages) => number): Promise<unknown>
  /** Writes all pages anew, without what was deleted. SQLite makes a temporary copy in TMPDIR, or else in /var/tmp. */
  vacuum(): void
  close(): unknown
}

/** How far a copy of a database is. */
export interface CopiedPages {
  readonly totalPages: number
  readonly remainingPages: number
}

export interface Changes {
  readonly changes: number
  readonly lastInsertRowid: number | bigint
}

/** Queries of one form with their prepared statements: the form is part of a statement's state. */
function prepareQueries(db: Database.Database, form?: 'pluck' | 'raw'): Queries & Pick<Sqlite, 'run'> {
  const statements = new Map<string, Database.Statement>()
  /** A statement whose iterator is still open cannot be used again: a nested query gets one of its own. */
  const prepare = (sql: string): Database.Statement => {
    const known = statements.get(sql)
    if (known?.busy === false) return known
    const statement = db.prepare(sql)
    if (form !== undefined) statement[form]()
    if (known === undefined) statements.set(sql, statement)
    return statement
  }
  return {
    run: (sql, ...values) => prepare(sql).run(...values),
    get: <Row>(sql: string, ...values: readonly unknown[]) => prepare(sql).get(...values) as Row | undefined,
    all: <Row>(sql: string, ...values: readonly unknown[]) => prepare(sql).all(...values) as Row[],
    iterate: <Row>(sql: string, ...values: readonly unknown[]) =>
      prepare(sql).iterate(...values) as IterableIterator<Row>,
  }
}

function toSqlite(db: Database.Database): Sqlite {
  return {
    ...prepareQueries(db),
    pluck: prepareQueries(db, 'pluck'),
    raw: prepareQueries(db, 'raw'),
    get inTransaction() {
      return db.inTransaction
    },
    exec: (sql) => db.exec(sql),
    pragma: (pragma, options) => db.pragma(pragma, options),
    function: (name, work) => db.function(name, work),
    transaction: (work) => db.transaction(work),
    copyTo: (path, progress) => db.backup(path, { progress }),
    vacuum: () => vacuum(db),
    close: () => db.close(),
  }
}

/** With `temp_store = memory`, the copy that SQLite makes meanwhile would be in memory. */
function vacuum(db: Database.Database): void {
  db.pragma('temp_store = file')
  try {
    db.exec('vacuum')
  } finally {
    db.pragma('temp_store = memory')
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
      throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' })
    }
    return toSqlite(mode === 'read' ? openToRead(path) : new Database(path, { fileMustExist }))
  } catch (thrown) {
    throw explainSqlite(thrown, path)
  }
}

/** Opens a database in a temporary file, which SQLite removes when it is closed or when the process ends. */
export function openTemporary(): Sqlite {
  const db = openSqlite('', 'write')
  db.pragma('journal_mode = off')
  db.pragma('cache_size = -2000')
  return db
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
  if (!(thrown instanceof Error) || thrown instanceof HansardError) return thrown
  if (isNotBuilt(thrown)) return new HansardError('file', NOT_BUILT, { hint: BUILD, cause: thrown })
  if (!('code' in thrown)) return thrown
  if (isOutOfFiles(thrown) || (thrown.code === 'SQLITE_CANTOPEN' && areFilesUsedUp())) {
    return new HansardError('file', outOfFiles.message, { hint: outOfFiles.hint, cause: thrown })
  }
  const known = explanations.find(([prefix]) => String(thrown.code).startsWith(prefix))
  if (known === undefined) return thrown
  const [, code, what, hint] = known
  return new HansardError(code, `${path}: ${what} (${messageOf(thrown)})`, { hint, cause: thrown })
}

/** The native part is missing (`npm install --ignore-scripts`), or was built for another Node or system. */
function isNotBuilt(thrown: Error & { readonly code?: unknown }): boolean {
  return (
    thrown.message.startsWith('Could not locate the bindings file') || thrown.code === 'ERR_DLOPEN_FAILED'
  )
}

const NOT_BUILT = 'The SQLite module (better-sqlite3) is not built for this Node and this system'
const BUILD =
  'Install hansard again with install scripts allowed; in a clone, run `npm rebuild better-sqlite3`. Where there is no prebuilt file, this needs Python and a C++ compiler.'

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
const COPY_ELSEWHERE = `${CHECK_PERMISSIONS} Or copy it to a folder that you can write to.`
const COPY_FIRST = 'Copy the file, then run `hansard verify`.'
const CANNOT_WRITE = 'cannot write any more: the disk is full, or a quota or a size limit is reached'
const OTHER_FILE = 'Use another file with --archive.'

/** Start of an error code, our code, message and hint. The first match counts. */
const explanations = [
  ['SQLITE_NOTADB', 'not-an-archive', 'not a hansard archive', OTHER_FILE],
  ['SQLITE_CORRUPT', 'archive-damaged', 'the archive is damaged', COPY_FIRST],
  ['SQLITE_BUSY', 'archive-locked', 'another process is writing to it', 'Wait for the other run to end.'],
  ['SQLITE_FULL', 'file', 'the disk is full', FREE_SPACE],
  ['SQLITE_READONLY', 'file', 'it is read-only', COPY_ELSEWHERE],
  ['SQLITE_CANTOPEN', 'file', 'cannot open it', `Check that its folder exists. ${CHECK_PERMISSIONS}`],
  ['SQLITE_IOERR_WRITE', 'file', CANNOT_WRITE, FREE_SPACE],
  ['SQLITE_IOERR', 'file', 'the disk failed', 'Check the disk, then run `hansard verify`.'],
  ['ENOENT', 'file', 'cannot create it', `Check that its folder exists and is writable. ${OTHER_FILE}`],
  ['ENOTDIR', 'file', 'a part of the path is not a folder', OTHER_FILE],
  ['EISDIR', 'file', 'it is a folder', 'Name a file with --archive.'],
  ['EACCES', 'file', 'permission denied', CHECK_PERMISSIONS],
  ['EPERM', 'file', 'permission denied', CHECK_PERMISSIONS],
  ['EROFS', 'file', 'the disk is read-only', 'Use a file on another disk with --archive.'],
  ['ENOSPC', 'file', 'the disk is full', FREE_SPACE],
] as const
