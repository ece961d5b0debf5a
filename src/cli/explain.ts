import { HansardError, isOutOfFiles, outOfFiles } from '../errors.ts'

/** Converts errors of SQLite and the system to a HansardError. Loads SQLite's module only when it is needed. */
export async function explain(thrown: unknown, archive: string): Promise<unknown> {
  if (isOutOfFiles(thrown)) {
    return new HansardError('file', outOfFiles.message, { hint: outOfFiles.hint, cause: thrown })
  }
  const isSqlite = thrown instanceof Error && thrown.name === 'SqliteError'
  return isSqlite ? (await import('../archive/sqlite/sqlite.ts')).explainSqlite(thrown, archive) : thrown
}
