import { COMMA, endOfString, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-scanner.ts'

/** Up to so many values a text of any shape may be parsed: they take some 60 MB at most. */
const ALWAYS_ALLOWED = 500_000

/** More than so many are not parsed, however long the text is. */
const NEVER_ALLOWED = 4_000_000

/** In between, a text may be parsed if its values are not tiny: so many characters each, names and punctuation included. */
const CHARACTERS_PER_VALUE = 12

/**
 * Tells whether a JSON text holds so many tiny values that parsing it takes many times its size: `[[],[],…]` was
 * measured at 80 times. Only counts what separates values; whether the text is valid is not looked at.
 */
export function hasTooManyValues(text: string): boolean {
  if (text.length < ALWAYS_ALLOWED) return false
  const most = Math.min(NEVER_ALLOWED, Math.max(ALWAYS_ALLOWED, text.length / CHARACTERS_PER_VALUE))
  let values = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) i = endOfStringIn(text, i) - 1
    else if ((code === COMMA || code === OPEN_ARRAY || code === OPEN_OBJECT) && ++values > most) return true
  }
  return false
}

/** A string that does not end is for JSON.parse to refuse. */
function endOfStringIn(text: string, open: number): number {
  try {
    return endOfString(text, open)
  } catch {
    return text.length
  }
}
