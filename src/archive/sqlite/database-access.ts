import type { Sqlite } from './sqlite.ts'

/** Something that reads and writes a database. */
export abstract class DatabaseAccess {
  protected readonly db: Sqlite

  constructor(db: Sqlite) {
    this.db = db
  }

  /**
   * Reads rows one at a time by their ids, so that tables may change meanwhile.
   *
   * @param sql selects the next row after the id `:after`
   */
  protected *oneByOne<Row extends { readonly id: number }>(
    sql: string,
    values: Readonly<Record<string, unknown>> = {},
    start = 0,
  ): Generator<Row, void, undefined> {
    for (let after = start; ;) {
      const row = this.db.get<Row>(sql, { ...values, after })
      if (row === undefined) return
      yield row
      after = row.id
    }
  }

  /** Inserts a row, given by the names of its columns, and returns its rowid. */
  protected insert(table: string, row: Readonly<Record<string, unknown>>): number {
    const columns = Object.keys(row)
    const values = columns.map((column) => `:${column}`)
    const sql = `insert into ${table} (${columns.join()}) values (${values.join()})`
    return Number(this.db.run(sql, row).lastInsertRowid)
  }
}
