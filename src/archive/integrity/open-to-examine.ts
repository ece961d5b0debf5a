import { closeSync, openSync, readSync, statSync } from 'node:fs'

import { HansardError, isHansardError, messageOf } from '../../errors.ts'
import { refuseMissing, refuseNoFile } from '../archive.ts'
import { isEmptyDatabase } from '../schema/create-schema.ts'
import { ReadOnlyPlaceError } from '../sqlite/read-only-copy.ts'
import { explainSqlite, openSqlite, type Sqlite } from '../sqlite/sqlite.ts'

/** A file that was opened to be examined, or why it can't be read as an archive. */
export type Opened =
  | { readonly db: Sqlite; readonly isEmpty: boolean }
  | { readonly db: undefined; readonly check: 'file' | 'size' | 'format'; readonly what: string }

/**
 * Opens a file to examine it, without changing it.
 *
 * @throws HansardError `file` when there is no file, or none that may be read where it is
 */
export function openToExamine(path: string): Opened {
  refuseMissing(path)
  refuseNoFile(path)
  if (statSync(path).size === 0) return { db: undefined, check: 'file', what: `${path} is empty` }
  let db: Sqlite | undefined
  try {
    db = openSqlite(path, 'read')
    db.exec('begin') // one moment of the archive, though a backup may be writing to it
    return { db, isEmpty: isEmptyDatabase(db, path) }
  } catch (thrown) {
    db?.close()
    const explained = explainSqlite(thrown, path)
    if (isHansardError(explained, 'archive-locked') || explained instanceof ReadOnlyPlaceError)
      throw explained
    if (isHansardError(explained, 'archive-newer') || isHansardError(explained, 'archive-older'))
      return { db: undefined, check: 'format', what: explained.message }
    return { db: undefined, ...(faultOfFile(path) ?? { check: 'file', what: messageOf(explained) }) }
  }
}

const MAGIC = 'SQLite format 3\0'
const HEADER_BYTES = 100

/**
 * Reads the header of a file itself: SQLite says of one that was cut short only that it is malformed. Not of a file that
 * SQLite can read, for to close it would drop the locks that this process may have on it.
 */
function faultOfFile(path: string): { check: 'file' | 'size'; what: string } | undefined {
  const header = readHeader(path)
  const { size } = statSync(path)
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC)
    return { check: 'file', what: `${path} is no SQLite file` }
  const expected = pageSizeOf(header) * header.readUInt32BE(28)
  const isCounted = header.readUInt32BE(24) === header.readUInt32BE(92)
  if (!isCounted || size >= expected || isWalInUse(path)) return undefined
  return { check: 'size', what: `${path} was cut off: ${size} of ${expected} bytes are there` }
}

function readHeader(path: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  try {
    const file = openSync(path, 'r')
    try {
      readSync(file, header, 0, HEADER_BYTES, 0)
    } finally {
      closeSync(file)
    }
    return header
  } catch (thrown) {
    const explained = explainSqlite(thrown, path)
    throw explained instanceof HansardError ? explained : new HansardError('file', messageOf(thrown))
  }
}

function pageSizeOf(header: Buffer): number {
  const size = header.readUInt16BE(16)
  return size === 1 ? 65_536 : size
}

/** Pages that are still in the log make the file shorter than its header says. */
function isWalInUse(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}
