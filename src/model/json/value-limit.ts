import { COMMA, endOfString, isOpening, QUOTE } from './json-scanner.ts'

/** A text with at most this many values may always be parsed: they take about 60 MB. */
const ALWAYS_ALLOWED = 500_000

/** A text with more values than this is never parsed, however long it is. */
const NEVER_ALLOWED = 4_000_000

/** In between, a text may be parsed if its values have this many characters each on average, keys included. */
const CHARACTERS_PER_VALUE = 12

/**
 * Tells whether a JSON text has so many small values that parsing it takes many times its size in memory: 80 times for
 * `[[],[],…]`, measured. It only counts separators, and does not check whether the text is valid.
 */
export function hasTooManyValues(text: string): boolean {
  if (text.length < ALWAYS_ALLOWED) return false
  const most = Math.min(NEVER_ALLOWED, Math.max(ALWAYS_ALLOWED, text.length / CHARACTERS_PER_VALUE))
  let values = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) i = endOfStringIn(text, i) - 1
    else if ((code === COMMA || isOpening(code)) && ++values > most) return true
  }
  return false
}

/** A string without an end goes to the end of the text; JSON.parse will refuse it. */
function endOfStringIn(text: string, open: number): number {
  try {
    return endOfString(text, open)
  } catch {
    return text.length
  }
}
