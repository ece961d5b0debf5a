import { HansardError } from '../../errors.ts'
import type { Sqlite } from '../sqlite/sqlite.ts'
import { initialSchema } from './initial-schema.ts'

/** Marks a SQLite file as a hansard archive ("HNSD"), for `file` and for `openArchive`. */
const APPLICATION_ID = 0x484e5344

/**
 * The format of the schema, kept in `user_version`. Formats 1 to 7 were never released. Format 9 will need the SQL that
 * brings an archive of format 8 up to date: run it where `createSchema` is called.
 */
const FORMAT = 8

/** Creates the schema in an empty database. */
export function createSchema(db: Sqlite): void {
  db.transaction(() => {
    db.exec(initialSchema)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.pragma(`user_version = ${FORMAT}`)
  }).exclusive()
}

/**
 * Tells whether a database has no schema yet: a first backup may have been killed before it created one.
 *
 * @throws HansardError `not-an-archive`, `archive-newer` or `archive-older`
 */
export function isEmptyDatabase(db: Sqlite, path: string): boolean {
  const format = Number(db.pragma('user_version', { simple: true }))
  const isEmpty = db.pluck.get('select count(*) from sqlite_schema') === 0
  if (!isEmpty && db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new HansardError('not-an-archive', `${path} is a SQLite file, but not a hansard archive`, {
      hint: 'Use another file with --archive.',
    })
  }
  if (format > FORMAT) {
    throw new HansardError('archive-newer', `${path} was written by a newer hansard (format ${format})`, {
      hint: `Update hansard: this version reads format ${FORMAT}. The file was not changed.`,
    })
  }
  if (!isEmpty && format < FORMAT) {
    throw new HansardError(
      'archive-older',
      `${path} was written by a development version of hansard (format ${format})`,
      { hint: `This version reads format ${FORMAT}: back up into a new file. The file was not changed.` },
    )
  }
  return isEmpty
}
