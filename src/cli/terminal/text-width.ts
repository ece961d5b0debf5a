import { createRequire } from 'node:module'
import type * as StringWidth from 'string-width'

/** One cell per character: ASCII, Latin letters, dashes, quotes and dots, bars. */
const PLAIN = /^[ -~\u00a1-\u00ac\u00ae-\u02af\u2010-\u2027−\u2500-\u259f]*$/

/** The codes that color text. */
export const STYLE = /\u001b\[\d+m/g

let measure: ((text: string) => number) | undefined

/**
 * Returns how many terminal cells a text takes. Most texts are plain, and the library that measures the others takes a
 * quarter of a short command's time to load.
 */
export function textWidth(text: string): number {
  if (isPlain(text)) return text.length
  const unstyled = text.replaceAll(STYLE, '')
  if (isPlain(unstyled)) return unstyled.length
  measure ??= (createRequire(import.meta.url)('string-width') as typeof StringWidth).default
  return measure(unstyled)
}

/** Tells whether every character of a text certainly takes one cell. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text)
}
