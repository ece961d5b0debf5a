import { isContainer } from './json/parse-json.ts'

/** What a row of the listing says of itself that a backup needs to know. */
export interface RowFacts {
  readonly id: string
  readonly createdAt: string | undefined
  readonly updatedAt: string | undefined
  /** Listings of the live service were seen to leave metadata out, though it had been sent. */
  readonly hasMetadata: boolean
}

/** Reads the facts of a row; undefined if it is no object with an id. */
export function rowFacts(row: unknown): RowFacts | undefined {
  if (!isContainer(row) || !('id' in row)) return undefined
  const { id, created_at, updated_at } = row as Record<string, unknown>
  if (typeof id !== 'string' || id === '') return undefined
  return { id, createdAt: textOr(created_at), updatedAt: textOr(updated_at), hasMetadata: 'metadata' in row }
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
