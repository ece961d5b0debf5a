import { readableFields } from '../../model/entries/fields.ts'
import { instantOf } from '../../model/instant.ts'

/** The members of a row that are columns. */
const fromRow = ['name', 'model', 'agent_id', 'agent_version', 'created_at', 'updated_at'] as const

/** The columns of a revision that are derived from its row, for queries and sorting. */
export const derivedColumns = [...fromRow, 'active_at'] as const

export type DerivedColumns = Readonly<Record<(typeof derivedColumns)[number], string | null>>

/**
 * Derives these columns: a string becomes its value, anything else its JSON text. If a key occurs twice, the last one
 * counts, as in JSON.parse. SQLite's `->>` takes the first, so the columns cannot be generated columns. `active_at` is the
 * time that lists are sorted by: when it was last updated, or else created, in a form that sorts.
 */
export function deriveColumns(row: string): DerivedColumns {
  const values = readableFields(row)
  const columns = fromRow.map((column) => [column, toText(values.get(column) ?? 'null')] as const)
  const sent = Object.fromEntries(columns) as Record<(typeof fromRow)[number], string | null>
  return { active_at: instantOf(sent.updated_at ?? '') ?? instantOf(sent.created_at ?? '') ?? null, ...sent }
}

function toText(value: string): string | null {
  if (value === 'null') return null
  return value.startsWith('"') ? toValidString(value) : value
}

/** SQLite stores UTF-8, which cannot represent lone surrogates. */
function toValidString(quoted: string): string {
  try {
    return Buffer.from(JSON.parse(quoted) as string).toString()
  } catch {
    return quoted
  }
}
