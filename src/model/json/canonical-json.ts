import { compact, elements, isArrayText, isObjectText, joinMembers, members } from './json-text.ts'

/** Deeper values are only compacted: nothing in the API is nested so deep, but a sender may do it. */
const MAX_DEPTH = 100

/**
 * Normalizes a JSON text, so that texts with the same meaning become equal: keys sorted, the last of duplicate keys,
 * strings with the fewest escapes, no white space. Numbers stay as they are written, because a double cannot hold all.
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
