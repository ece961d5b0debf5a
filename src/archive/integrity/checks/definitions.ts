import { createSchema } from '../../schema/create-schema.ts'
import { openSqlite, type Sqlite } from '../../sqlite/sqlite.ts'

/** A table, an index or a view, as SQLite keeps it. */
export interface Definition {
  readonly type: string
  readonly name: string
  readonly sql: string
}

/** What an archive made today has. */
export function expectedDefinitions(): Definition[] {
  const db = openSqlite(':memory:', 'write')
  try {
    createSchema(db)
    return definitions(db)
  } finally {
    db.close()
  }
}

/** What an archive has; the tables that FTS5 makes for itself are its own affair. */
export function definitions(db: Sqlite): Definition[] {
  const named = db.prepare(`
    select type, name, sql from sqlite_schema where sql is not null
      and name not in ('search_data', 'search_idx', 'search_content', 'search_docsize', 'search_config')`)
  return named.all() as Definition[]
}
