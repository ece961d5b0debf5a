/**
 * A response may take ten minutes without any output (the limit of a stream), and `updated_at` does not change when it
 * ends. So a conversation that was fetched less than 15 minutes after its last change may lack its end.
 */
const SETTLING_MS = 15 * 60_000

/** Tells whether a conversation was fetched late enough after its last change to be complete. Times are ISO 8601. */
export function isSettled(fetchedAt: string, updatedAt: string | null | undefined): boolean {
  if (updatedAt === null || updatedAt === undefined) return true
  return !(Date.parse(fetchedAt) < Date.parse(updatedAt) + SETTLING_MS)
}
