import { HansardError } from '../errors.ts'
import { explainSqlite, openSqlite } from './sqlite.ts'

/** Held by the one run that may write to an archive. */
export interface ArchiveLock {
  release(): void
}

/**
 * Locks an archive for writing, by a transaction that stays open on a file beside it: the kernel drops that lock when
 * its holder dies, however it dies, so that no lock is ever stale. Who holds it is written down for people only.
 *
 * @param holder how to name this process to others, such as `pid 17 on host`
 * @throws HansardError `archive-locked`
 */
export function lockArchive(path: string, holder: string): ArchiveLock {
  const lockPath = `${path}.lock`
  const db = openSqlite(lockPath, 'create')
  try {
    db.pragma('busy_timeout = 0')
    db.exec('create table if not exists holder (name text); delete from holder')
    db.prepare('insert into holder values (?)').run(holder)
    db.exec('begin immediate')
    return { release: () => db.close() }
  } catch (thrown) {
    const explained = explainSqlite(thrown, lockPath)
    const other = isBusy(explained) ? nameOfHolder(lockPath) : undefined
    db.close()
    if (!isBusy(explained)) throw explained
    throw new HansardError('archive-locked', `${path} is locked by another run (${other ?? 'unknown'})`, {
      hint: 'Wait until it ends. A lock never outlives its process, so there is nothing to remove.',
      cause: thrown,
    })
  }
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof HansardError && thrown.code === 'archive-locked'
}

function nameOfHolder(lockPath: string): string | undefined {
  const db = openSqlite(lockPath, 'read')
  try {
    return db.prepare('select name from holder').pluck().get() as string | undefined
  } catch {
    return undefined
  } finally {
    db.close()
  }
}
