import { messageOf } from '../../../errors.ts'
import { isJson } from '../../../model/json/parse-json.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'

/** A row of a table by its rowid, or why it cannot be read. */
export type ReadRow<Row> =
  | { readonly id: number; readonly row: Row; readonly why?: undefined }
  | { readonly id: number; readonly row?: undefined; readonly why: string }

/** Reads the rows of a table one at a time, so that a damaged page affects only its own rows. */
export function* readRows<Row>(db: Sqlite, table: string, columns: string): Generator<ReadRow<Row>> {
  const sql = `select ${columns} from ${table} where rowid = ?`
  for (const id of readIds(db, table)) {
    try {
      const row = db.get<Row>(sql, id)
      yield row === undefined ? { id, why: 'it is in an index, but not in its table' } : { id, row }
    } catch (thrown) {
      yield { id, why: messageOf(thrown) }
    }
  }
}

/** Reads ids from the table; where that fails, from an index (`+` makes SQLite avoid the table). */
function* readIds(db: Sqlite, table: string): Generator<number> {
  let last = -Infinity
  try {
    for (const id of db.pluck.iterate<number>(`select rowid from ${table} not indexed order by rowid`)) {
      last = id
      yield id
    }
  } catch {
    yield* db.pluck.iterate<number>(`select rowid from ${table} where +rowid > ?`, last)
  }
}

/** Describes why a stored value is not JSON text; undefined if it is. */
export function faultOfText(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'it is not text'
  return isJson(value) ? undefined : 'it is not valid JSON'
}

/** Tells whether a stored value is exactly these bytes. A decayed value may have any type. */
export function isBytes(value: unknown, bytes: Buffer): boolean {
  return value instanceof Uint8Array && bytes.equals(value)
}

/** Reads something that may be damaged; undefined if it cannot be read, which is reported by another check. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
