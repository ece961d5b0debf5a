import { createSchema } from '../../schema/create-schema.ts'
import { openSqlite, type Sqlite } from '../../sqlite/sqlite.ts'

/** The SQL of a table, an index or a view. */
export interface Definition {
  readonly type: string
  readonly name: string
  readonly sql: string
}

/** The definitions of a new archive. */
export function expectedDefinitions(): Definition[] {
  const db = openSqlite(':memory:', 'write')
  try {
    createSchema(db)
    return readDefinitions(db)
  } finally {
    db.close()
  }
}

/** The definitions of an archive, without the internal tables of FTS5. */
export function readDefinitions(db: Sqlite): Definition[] {
  const sql = `select type, name, sql from sqlite_schema where sql is not null
    and name not in ('search_data', 'search_idx', 'search_content', 'search_docsize', 'search_config')`
  return db.all<Definition>(sql)
}
