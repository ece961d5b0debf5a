/**
 * An answer may go on for ten minutes without a word (the limit of a stream), and `updated_at` does not move when it
 * ends: what was fetched sooner than this after its last change may lack the end.
 */
const SETTLING_MS = 15 * 60_000

/** Tells whether a conversation was fetched late enough after its last change to be whole. Both times are ISO 8601. */
export function isSettled(fetchedAt: string, updatedAt: string | null | undefined): boolean {
  if (updatedAt === null || updatedAt === undefined) return true
  return !(Date.parse(fetchedAt) < Date.parse(updatedAt) + SETTLING_MS)
}
