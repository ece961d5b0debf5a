import { closeSync, openSync, readSync, statSync } from 'node:fs'

import { HansardError, isHansardError, messageOf } from '../../errors.ts'
import { formatNumber } from '../../model/plural.ts'
import { refuseMissing, refuseSpecialFile } from '../archive.ts'
import { isEmptyDatabase } from '../schema/create-schema.ts'
import { ReadOnlyFolderError } from '../sqlite/read-only-copy.ts'
import { explainSqlite, openSqlite, type Sqlite } from '../sqlite/sqlite.ts'

/** An archive that was opened to be checked, or why the file cannot be read as an archive. */
export type Opened =
  | { readonly db: Sqlite; readonly isEmpty: boolean }
  | {
      readonly db: undefined
      readonly check: 'file' | 'size' | 'format'
      readonly what: string
      /** What to do, if it is not what `hintOn` says of the check. */
      readonly hint?: string | undefined
    }

const FILL_EMPTY = 'Restore a copy of the file, or fill it with `hansard backup`.'

/**
 * Opens an archive to check it, without changing it.
 *
 * @throws HansardError `file` when there is no file or it cannot be read, `archive-locked`
 */
export function openToExamine(path: string): Opened {
  refuseMissing(path)
  refuseSpecialFile(path)
  if (statSync(path).size === 0)
    return { db: undefined, check: 'file', what: `${path} is empty`, hint: FILL_EMPTY }
  let db: Sqlite | undefined
  try {
    db = openSqlite(path, 'read')
    db.exec('begin') // one consistent state, though a backup may be writing
    return { db, isEmpty: isEmptyDatabase(db, path) }
  } catch (thrown) {
    db?.close()
    const explained = explainSqlite(thrown, path)
    if (isHansardError(explained, 'archive-locked') || explained instanceof ReadOnlyFolderError)
      throw explained
    if (isHansardError(explained, 'archive-newer') || isHansardError(explained, 'archive-older'))
      return { db: undefined, check: 'format', what: explained.message }
    return { db: undefined, ...(findFileFault(path) ?? { check: 'file', what: messageOf(explained) }) }
  }
}

const MAGIC = 'SQLite format 3\0'
const HEADER_BYTES = 100

/**
 * Reads the header of a file that SQLite cannot read: of a truncated file SQLite says only that it is malformed. Never call
 * this for a file that SQLite can read: closing it would drop the locks that this process may have on it.
 */
function findFileFault(path: string): { check: 'file' | 'size'; what: string } | undefined {
  const header = readHeader(path)
  const { size } = statSync(path)
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC)
    return { check: 'file', what: `${path} is not a SQLite file` }
  const expected = readPageSize(header) * header.readUInt32BE(28)
  const isCounted = header.readUInt32BE(24) === header.readUInt32BE(92)
  if (!isCounted || size >= expected || isWalInUse(path)) return undefined
  return {
    check: 'size',
    what: `${path} is truncated: it has ${formatNumber(size)} of ${formatNumber(expected)} bytes`,
  }
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

function readPageSize(header: Buffer): number {
  const size = header.readUInt16BE(16)
  return size === 1 ? 65_536 : size
}

/** While pages are still in the log, the file is shorter than its header says. */
function isWalInUse(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}
