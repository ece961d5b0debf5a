import { deriveColumns, derivedColumns, type DerivedColumns } from '../../schema/derived-columns.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check } from './check.ts'
import { rowsOf } from './read-rows.ts'

type RevisionRow = DerivedColumns & { readonly row: string }

/** Derives the columns of each revision from its row again, and compares. */
export const columns: Check = {
  name: 'columns',
  about: 'derived columns say what the rows say that they derive from',
  *find({ db }) {
    for (const { id, row } of rowsOf<RevisionRow>(db, 'revision', ['row', ...derivedColumns].join())) {
      if (typeof row?.row !== 'string') continue // reported with its revision
      const derived = deriveColumns(row.row)
      const wrong = derivedColumns.filter((column) => row[column] !== derived[column])
      if (wrong.length === 0) continue
      yield {
        what: `${wrong.join(', ')}: not what its row says`,
        where: { table: 'revision', row: id },
        mend: (db) => derive(db, id, derived),
      }
    }
  },
}

function derive(db: Sqlite, id: number, derived: DerivedColumns): void {
  const assignments = derivedColumns.map((column) => `${column} = :${column}`)
  db.prepare(`update revision set ${assignments.join()} where id = :id`).run({ ...derived, id })
}
