import type { Sqlite } from './sqlite.ts'

/** Something that reads and writes a database. */
export abstract class DatabaseAccess {
  protected readonly db: Sqlite

  constructor(db: Sqlite) {
    this.db = db
  }

  /** Inserts a row, given by the names of its columns, and returns its rowid. */
  protected insert(table: string, row: Readonly<Record<string, unknown>>): number {
    const columns = Object.keys(row)
    const values = columns.map((column) => `:${column}`)
    const sql = `insert into ${table} (${columns.join()}) values (${values.join()})`
    return Number(this.db.run(sql, row).lastInsertRowid)
  }
}
