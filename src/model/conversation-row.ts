import { isContainer } from './json/parse-json.ts'

/** The facts that a backup needs from a row of the listing. */
export interface RowFacts {
  readonly id: string
  readonly createdAt: string | undefined
  readonly updatedAt: string | undefined
  /** Listings of the live service may leave out metadata that was sent. */
  readonly hasMetadata: boolean
}

/** Reads the facts of a row; undefined if it is not an object with an id. */
export function rowFacts(row: unknown): RowFacts | undefined {
  if (!isContainer(row) || !('id' in row)) return undefined
  const { id, created_at, updated_at } = row as Record<string, unknown>
  if (typeof id !== 'string' || id === '') return undefined
  return {
    id,
    createdAt: stringOrUndefined(created_at),
    updatedAt: stringOrUndefined(updated_at),
    hasMetadata: 'metadata' in row,
  }
}

function stringOrUndefined(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
