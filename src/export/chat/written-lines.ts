import { explainSqlite, type Sqlite } from '../../archive/sqlite/sqlite.ts'
import { temporaryDatabase } from './temporary-database.ts'

/**
 * Stores which lines were written, to find duplicates. A temporary file is used, since a set in memory would take 16 MB
 * for a million lines and grow with the archive. Sixteen bytes of SHA-256 distinguish 2^64 lines.
 */
export class WrittenLines {
  readonly #db: Sqlite

  constructor() {
    this.#db = temporaryDatabase('create table line (hash blob primary key, id text not null) without rowid')
  }

  /** Stores the line of a conversation; returns the id of an earlier conversation with the same line, if there is one. */
  note(sha256: Buffer, id: string): string | undefined {
    const hash = sha256.subarray(0, 16)
    try {
      const { changes } = this.#db.run('insert into line values (?, ?) on conflict do nothing', hash, id)
      return changes === 1
        ? undefined
        : (this.#db.pluck.get('select id from line where hash = ?', hash) as string)
    } catch (thrown) {
      throw explainSqlite(thrown, 'a temporary file')
    }
  }

  close(): void {
    this.#db.close()
  }
}
