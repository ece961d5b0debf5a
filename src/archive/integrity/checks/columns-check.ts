import { deriveColumns, derivedColumns, type DerivedColumns } from '../../schema/derived-columns.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check } from './check.ts'
import { readRows } from './read-damaged.ts'

type RevisionRow = DerivedColumns & { readonly row: string }

/** Derives the columns of each revision from its row again, and compares. */
export const columns: Check = {
  name: 'columns',
  about: 'derived columns match their rows',
  *find({ db }) {
    for (const { id, row } of readRows<RevisionRow>(db, 'revision', ['row', ...derivedColumns].join())) {
      if (typeof row?.row !== 'string') continue // reported with its revision
      const derived = deriveColumns(row.row)
      const wrong = derivedColumns.filter((column) => row[column] !== derived[column])
      if (wrong.length === 0) continue
      yield {
        what: `does not match its row: ${wrong.join(', ')}`,
        where: { table: 'revision', row: id },
        repair: (db) => update(db, id, derived),
      }
    }
  },
}

function update(db: Sqlite, id: number, derived: DerivedColumns): void {
  const assignments = derivedColumns.map((column) => `${column} = :${column}`)
  db.run(`update revision set ${assignments.join()} where id = :id`, { ...derived, id })
}
