import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { HansardError, messageOf } from '../../errors.ts'

/** An archive that is sound as far as anybody knows, and cannot be read where it is. */
export class ReadOnlyPlaceError extends HansardError {}

/** Tells whether SQLite refused a file only because it cannot make the files of a log beside it. */
export function isOfReadOnlyPlace(thrown: unknown): boolean {
  const { code } = thrown as { readonly code?: unknown }
  return code === 'SQLITE_CANTOPEN' || String(code).startsWith('SQLITE_READONLY')
}

/**
 * Lets `open` open a private copy of a file that is on a read-only place. The copy has no name any more when this
 * returns, so nothing is left behind however the process ends.
 *
 * Reading in WAL mode needs two files beside the archive, unless SQLite is told by a URI (`immutable=1`) that nobody
 * writes. better-sqlite3 is built without URIs, hence the copy, whose header asks for no log.
 *
 * @throws ReadOnlyPlaceError when a part of the archive is in a log, when somebody writes to it, or without the space
 */
export function openCopy<T>(path: string, open: (copy: string) => T): T {
  refuseLog(path)
  const before = stateOf(path)
  const folder = explained(path, () => mkdtempSync(join(tmpdir(), 'hansard-')))
  try {
    const copy = join(folder, 'archive.db')
    explained(path, () => copyTo(path, copy))
    refuseLog(path)
    if (stateOf(path) !== before) {
      throw new ReadOnlyPlaceError('archive-locked', `${path}: another process is writing to it`, {
        hint: 'Wait for the other run to end.',
      })
    }
    return open(copy)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function refuseLog(path: string): void {
  const log = `${path}-wal`
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) === 0) return
  throw new ReadOnlyPlaceError(
    'file',
    `${path} cannot be read on a read-only place: its newest part is still in ${log}`,
    { hint: 'Copy both files to a folder that you can write to, and name the copy with --archive.' },
  )
}

function stateOf(path: string): string {
  const { ino, size, mtimeMs } = statSync(path)
  return [ino, size, mtimeMs].join()
}

/** Where the header of a database says which versions may write and read it: 1 without a log, 2 with one. */
const VERSIONS = 18

function copyTo(path: string, copy: string): void {
  copyFileSync(path, copy, constants.COPYFILE_FICLONE)
  chmodSync(copy, 0o600)
  const file = openSync(copy, 'r+')
  try {
    writeSync(file, Uint8Array.of(1, 1), 0, 2, VERSIONS)
  } finally {
    closeSync(file)
  }
}

function explained<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    const megabytes = Math.ceil((statSync(path, { throwIfNoEntry: false })?.size ?? 0) / 1e6)
    throw new ReadOnlyPlaceError(
      'file',
      `${path} is on a read-only place, and cannot be copied to ${tmpdir()} to be read: ${messageOf(thrown)}`,
      { hint: `Set TMPDIR to a folder with ${megabytes} MB free.`, cause: thrown },
    )
  }
}
