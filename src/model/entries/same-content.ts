import { isDeepStrictEqual } from 'node:util'

import { isObjectText, member, numbersIn, withoutMembers } from '../json/json-text.ts'

/**
 * Tells whether two JSON texts of an entry or a conversation say the same, though not in the same letters: the order of
 * keys and the escapes of strings are form, not content. `completed_at` and `metadata` that the newer text lacks or has
 * as null are no change either: history drops the one, some listings leave out the other.
 */
export function sameContent(older: string, newer: string): boolean {
  if (older === newer) return true
  try {
    const left = comparableText(older, newer)
    const right = comparableText(newer, newer)
    return isDeepStrictEqual(JSON.parse(left), JSON.parse(right)) && sameNumbers(left, right)
  } catch {
    return false // too deep to compare, or decayed in the archive: kept as a change, which loses nothing
  }
}

const transientMembers = ['completed_at', 'metadata']

/** The text without what the newer text has no word of. */
function comparableText(text: string, newer: string): string {
  const dropped = transientMembers.filter((key) => (member(newer, key)?.value ?? 'null') === 'null')
  return isObjectText(text) ? withoutMembers(text, dropped) : text
}

/** Doubles can't tell 12345678901234567890 from ...891, so numbers are compared as written, in any order. */
function sameNumbers(older: string, newer: string): boolean {
  return isDeepStrictEqual(longNumbers(older), longNumbers(newer))
}

function longNumbers(text: string): string[] {
  return numbersIn(text)
    .filter((number) => String(Number(number)) !== number)
    .sort()
}
