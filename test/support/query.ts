import Database from 'better-sqlite3'

/** Reads rows of an archive as any SQLite client does. */
export function query(path: string, sql: string): Record<string, unknown>[] {
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare<[], Record<string, unknown>>(sql).all()
  } finally {
    db.close()
  }
}
