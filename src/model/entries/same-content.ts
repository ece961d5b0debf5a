import { isDeepStrictEqual } from 'node:util'

import { isObjectText, member, numbersIn, withMember, withoutMembers } from '../json/json-text.ts'
import { readableFields } from './fields.ts'

/**
 * Tells whether two JSON texts of an entry or a conversation have the same content. The order of keys and the escapes of
 * strings do not count. Nor do `completed_at` and `metadata` if the newer text lacks them or has null: histories drop
 * the one, and some listings the other.
 */
export function sameContent(older: string, newer: string): boolean {
  if (older === newer) return true
  try {
    const left = comparableText(older, newer)
    const right = comparableText(newer, newer)
    return isDeepStrictEqual(JSON.parse(left), JSON.parse(right)) && sameNumbers(left, right)
  } catch {
    return false // too deep to compare, or damaged: storing it as a change loses nothing
  }
}

/**
 * Copies the metadata of an older row into a newer one that lacks it. Metadata never changes after `start`, so a response
 * without it has only left it out. Both texts are compact.
 */
export function keepMetadata(older: string, newer: string): string {
  const kept = readableFields(older).get('metadata') ?? 'null'
  return kept !== 'null' && lacks(newer, 'metadata') ? withMember(newer, 'metadata', kept) : newer
}

const transientMembers = ['completed_at', 'metadata']

/** Removes the transient members that the newer text lacks. */
function comparableText(text: string, newer: string): string {
  const dropped = transientMembers.filter((key) => lacks(newer, key))
  return isObjectText(text) ? withoutMembers(text, dropped) : text
}

/** Doubles cannot tell 12345678901234567890 from …891, so long numbers are compared as written, in any order. */
function sameNumbers(older: string, newer: string): boolean {
  return isDeepStrictEqual(longNumbers(older), longNumbers(newer))
}

function longNumbers(text: string): string[] {
  return numbersIn(text)
    .filter((number) => String(Number(number)) !== number)
    .sort()
}

function lacks(text: string, key: string): boolean {
  return (member(text, key)?.value ?? 'null') === 'null'
}
