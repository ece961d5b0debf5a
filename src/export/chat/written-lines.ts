import { explainSqlite, type Sqlite } from '../../archive/sqlite/sqlite.ts'
import { temporaryDatabase } from './temporary-database.ts'

/**
 * Remembers which messages were written, in a temporary file: a hash set of a million lines in memory would be 16 MB and grow with the archive. Sixteen bytes of SHA-256
 * tell 2^64 lines apart.
 */
export class WrittenLines {
  readonly #db: Sqlite

  constructor() {
    this.#db = temporaryDatabase('create table line (hash blob primary key, id text not null) without rowid')
  }

  /** Notes what a conversation would write; the id of the one that has written the same before, if there is one. */
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
