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

/** An archive cannot be read in its read-only folder. This says nothing about damage. */
export class ReadOnlyFolderError extends HansardError {}

/** Tells whether SQLite refused a file because it cannot create its log files beside it. */
export function isReadOnlyFolder(thrown: unknown): boolean {
  const { code } = thrown as { readonly code?: unknown }
  return code === 'SQLITE_CANTOPEN' || String(code).startsWith('SQLITE_READONLY')
}

/**
 * Copies an archive from a read-only folder and lets `open` open the copy. The copy's name is removed before this returns,
 * so nothing is left behind however the process ends.
 *
 * Reading in WAL mode needs two files beside the archive, unless a URI (`immutable=1`) tells SQLite that nobody writes.
 * better-sqlite3 is built without URIs. Hence the copy; its header turns WAL mode off.
 *
 * @throws ReadOnlyFolderError when a part of the archive is still in its log, while another process writes to it, or
 *   when there is no space for a copy
 */
export function openCopy<T>(path: string, open: (copy: string) => T): T {
  refuseLog(path)
  const before = statOf(path)
  const folder = explainErrors(path, () => mkdtempSync(join(tmpdir(), 'hansard-')))
  try {
    const copy = join(folder, 'archive.db')
    explainErrors(path, () => copyTo(path, copy))
    refuseLog(path)
    if (statOf(path) !== before) {
      throw new ReadOnlyFolderError('archive-locked', `${path}: another process is writing to it`, {
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
  throw new ReadOnlyFolderError(
    'file',
    `cannot read ${path} in a read-only folder: its newest part is still in ${log}`,
    { hint: 'Copy both files to a folder that you can write to, and use the copy with --archive.' },
  )
}

function statOf(path: string): string {
  const { ino, size, mtimeMs } = statSync(path)
  return [ino, size, mtimeMs].join()
}

/** Offset of the write and read versions in the header: 1 is a rollback journal, 2 is WAL. */
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

function explainErrors<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    const megabytes = Math.ceil((statSync(path, { throwIfNoEntry: false })?.size ?? 0) / 1e6)
    throw new ReadOnlyFolderError(
      'file',
      `${path} is in a read-only folder, and cannot be copied to ${tmpdir()}: ${messageOf(thrown)}`,
      { hint: `Set TMPDIR to a folder with at least ${megabytes} MB of free space.`, cause: thrown },
    )
  }
}
