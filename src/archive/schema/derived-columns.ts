import { readableFields } from '../../model/entries/fields.ts'

/** The columns of a revision that repeat what its row says, for queries, sorting and people with sqlite3. */
export const derivedColumns = [
  'name',
  'model',
  'agent_id',
  'agent_version',
  'created_at',
  'updated_at',
] as const

export type DerivedColumns = Readonly<Record<(typeof derivedColumns)[number], string | null>>

/**
 * Derives those columns: a string by its value, anything else by its JSON text. Where a key stands twice the last one
 * counts, as it does for JSON.parse (SQLite's `->>` takes the first, so these columns can't be generated ones).
 */
export function deriveColumns(row: string): DerivedColumns {
  const values = readableFields(row)
  const columns = derivedColumns.map((column) => [column, textOf(values.get(column) ?? 'null')])
  return Object.fromEntries(columns) as DerivedColumns
}

function textOf(value: string): string | null {
  if (value === 'null') return null
  return value.startsWith('"') ? stringOf(value) : value
}

/** SQLite keeps UTF-8, which has no halves of surrogate pairs. */
function stringOf(quoted: string): string {
  try {
    return Buffer.from(JSON.parse(quoted) as string).toString()
  } catch {
    return quoted
  }
}
