import { messageOf } from '../../../errors.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'

/** A row of a table by its rowid, or why it can't be read. */
export type ReadRow<Row> =
  | { readonly id: number; readonly row: Row; readonly why?: undefined }
  | { readonly id: number; readonly row?: undefined; readonly why: string }

/** Reads the rows of a table one at a time, so that a damaged page costs its own rows and no others. */
export function* rowsOf<Row>(db: Sqlite, table: string, columns: string): Generator<ReadRow<Row>> {
  const get = db.prepare(`select ${columns} from ${table} where rowid = ?`)
  for (const id of idsOf(db, table)) {
    try {
      const row = get.get(id) as Row | undefined
      yield row === undefined ? { id, why: 'an index has it, its table has not' } : { id, row }
    } catch (thrown) {
      yield { id, why: messageOf(thrown) }
    }
  }
}

/** The table names its rows; where it breaks off, an index (`+` keeps SQLite from the table) may name the rest. */
function* idsOf(db: Sqlite, table: string): Generator<number> {
  const inTable = db.prepare(`select rowid from ${table} not indexed order by rowid`).pluck()
  let last = -Infinity
  try {
    for (const id of inTable.iterate() as Iterable<number>) {
      last = id
      yield id
    }
  } catch {
    const inIndex = db.prepare(`select rowid from ${table} where +rowid > ?`).pluck()
    yield* inIndex.iterate(last) as Iterable<number>
  }
}
