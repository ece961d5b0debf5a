import { hash } from 'node:crypto'
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

import { HansardError } from '../../errors.ts'
import { explainSqlite, type Sqlite } from './sqlite.ts'

/** Resolves symbolic links, even if the file does not exist yet. SQLite keeps its log beside the resolved name. */
export function realName(path: string): string {
  try {
    return realpathSync(path)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw explainSqlite(thrown, path)
    const name = join(folderOf(path), basename(path))
    const isLink = lstatSync(name, { throwIfNoEntry: false })?.isSymbolicLink() === true
    return isLink ? realName(resolve(dirname(name), readlinkSync(name))) : name
  }
}

function folderOf(path: string): string {
  try {
    return realpathSync(dirname(path))
  } catch (thrown) {
    throw explainSqlite(thrown, path)
  }
}

/**
 * Refuses to write to an archive that has several names (hard links) under another name than before. SQLite keeps its log
 * beside the name: after a crash, what was stored under one name would be missing under the other, and would later
 * overwrite what was stored there.
 *
 * @throws HansardError `archive-locked`
 */
export function refuseOtherName(db: Sqlite, path: string): void {
  if (path === ':memory:' || statSync(path).nlink < 2) return
  const before = db.pluck.get('select name from written_as')
  if (before === undefined || before === hashOfName(path)) return
  throw new HansardError(
    'archive-locked',
    `${path} has another name (a hard link), under which it was written before`,
    { hint: `Use that name, or turn this one into a separate file: cp ${path} COPY && mv COPY ${path}` },
  )
}

/** Records the name under which the archive is written, in the file itself and not only in the log beside it. */
export function recordName(db: Sqlite, path: string): void {
  if (path === ':memory:') return
  const name = hashOfName(path)
  if (db.pluck.get('select name from written_as') === name) return
  db.run('insert or replace into written_as (only_row, name) values (1, ?)', name)
  db.pragma('wal_checkpoint(passive)')
}

/** Uses the folder's inode, since a folder may be mounted in several places; hashed, so that no path is stored. */
function hashOfName(path: string): string {
  const name = realName(path)
  return hash('sha256', `${statSync(dirname(name), { bigint: true }).ino} ${basename(name)}`, 'hex')
}
