import { compact, elements, isArrayText, isObjectText, joinMembers, members } from './json-text.ts'

/** Deeper than this a text stands for itself: nothing the API means goes so deep, and a sender may. */
const MAX_DEPTH = 100

/**
 * One form for all JSON texts that say the same: keys sorted, of two values under one key the last, strings with the
 * fewest escapes, no white space. Numbers stay as they are written, since a double can't hold them all.
 */
export function canonicalJson(text: string, level = 0): string {
  const below = (value: string) => canonicalJson(value, level + 1)
  if (level > MAX_DEPTH) return compact(text)
  if (isArrayText(text)) return `[${elements(text).map(below).join(',')}]`
  if (isObjectText(text)) {
    const values = new Map(members(text).map(({ key, value }) => [key, value]))
    const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1))
    return joinMembers(sorted.map(([key, value]) => [key, below(value)]))
  }
  const scalar = text.trim()
  return scalar.startsWith('"') ? JSON.stringify(JSON.parse(scalar)) : scalar
}
