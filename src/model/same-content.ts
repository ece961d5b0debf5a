import { isDeepStrictEqual } from 'node:util'

/**
 * Tells whether two JSON texts of an entry or a conversation say the same, though not in the same letters: the order of
 * keys and the escapes of strings are form, not content. `completed_at` and `metadata` that the newer text lacks or has
 * as null are no change either: history drops the one, some listings leave out the other.
 */
export function sameContent(older: string, newer: string): boolean {
  if (older === newer) return true
  const [left, right] = [JSON.parse(older), JSON.parse(newer)] as [unknown, unknown]
  try {
    return (
      isDeepStrictEqual(withoutFleeting(left, right), withoutFleeting(right, right)) &&
      sameNumbers(older, newer)
    )
  } catch {
    return false // too deep to compare: kept as a change, which loses nothing
  }
}

const fleeting = ['completed_at', 'metadata'] as const

function withoutFleeting(value: unknown, newer: unknown): unknown {
  if (!isRecord(value) || !isRecord(newer)) return value
  const dropped = new Set<string>(fleeting.filter((key) => (newer[key] ?? null) === null))
  return Object.fromEntries(Object.entries(value).filter(([key]) => !dropped.has(key)))
}

/** Doubles can't tell 12345678901234567890 from ...891, so numbers are compared as written, in any order. */
function sameNumbers(older: string, newer: string): boolean {
  return isDeepStrictEqual(longNumbers(older), longNumbers(newer))
}

function longNumbers(text: string): string[] {
  const outsideStrings = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
  return (outsideStrings.match(/-?\d[\d.eE+-]*/g) ?? [])
    .filter((number) => String(Number(number)) !== number)
    .sort()
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
