import { openSqlite } from '../../archive/sqlite/sqlite.ts'

/** Opens a database in a temporary file, which SQLite removes when the process ends. */
export function temporaryDatabase(schema: string): ReturnType<typeof openSqlite> {
  const db = openSqlite('', 'write')
  db.pragma('journal_mode = off')
  db.pragma('cache_size = -2000')
  db.exec(schema)
  return db
}
