import { openSqlite } from '../../archive/sqlite/sqlite.ts'

/** A database that SQLite keeps in a temporary file and removes with its process. */
export function temporaryDatabase(schema: string): ReturnType<typeof openSqlite> {
  const db = openSqlite('', 'write')
  db.pragma('journal_mode = off')
  db.pragma('cache_size = -2000')
  db.exec(schema)
  return db
}
