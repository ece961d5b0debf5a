import { hash } from 'node:crypto'
import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

import { HansardError } from '../../errors.ts'
import { explainSqlite, type Sqlite } from './sqlite.ts'

/** The name that a name leads to through symbolic links, whether there is a file yet or not; SQLite keeps its log beside it. */
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
 * Refuses to write to an archive under another name than before while it has more than one (hard links). SQLite keeps
 * its log beside a name: after a crash, what was stored under one name would not be seen under the other, and would
 * overwrite later what was stored there.
 *
 * @throws HansardError `archive-locked`
 */
export function refuseOtherName(db: Sqlite, path: string): void {
  if (path === ':memory:' || statSync(path).nlink < 2) return
  const before = db.prepare('select name from written_as').pluck().get()
  if (before === undefined || before === nameIn(path)) return
  throw new HansardError(
    'archive-locked',
    `${path} has another name (a hard link), under which it was written before`,
    { hint: `Use that name; or make this a file of its own: cp ${path} COPY && mv COPY ${path}` },
  )
}

/** Notes under which name the archive is written, in the file itself and not in the log beside the name. */
export function noteName(db: Sqlite, path: string): void {
  if (path === ':memory:') return
  const name = nameIn(path)
  if (db.prepare('select name from written_as').pluck().get() === name) return
  db.prepare('insert or replace into written_as (only_row, name) values (1, ?)').run(name)
  db.pragma('wal_checkpoint(passive)')
}

/** A name within its folder, which may be mounted in several places; hashed, since it goes into the archive. */
function nameIn(path: string): string {
  const name = realName(path)
  return hash('sha256', `${statSync(dirname(name), { bigint: true }).ino} ${basename(name)}`, 'hex')
}
