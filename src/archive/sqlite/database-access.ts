import type { Sqlite } from './sqlite.ts'

/** Something that reads and writes a database. */
export abstract class DatabaseAccess {
  protected readonly db: Sqlite

  constructor(db: Sqlite) {
    this.db = db
  }
}
