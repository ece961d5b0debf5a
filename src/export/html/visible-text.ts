import { sanitizeText } from '../../model/sanitize-text.ts'

/** The names of the characters that change the direction of the text around them. */
const DIRECTIONS: Readonly<Record<string, string>> = {
  '\u061c': 'ALM',
  '\u200e': 'LRM',
  '\u200f': 'RLM',
  '\u202a': 'LRE',
  '\u202b': 'RLE',
  '\u202c': 'PDF',
  '\u202d': 'LRO',
  '\u202e': 'RLO',
  '\u2066': 'LRI',
  '\u2067': 'RLI',
  '\u2068': 'FSI',
  '\u2069': 'PDI',
}

const DIRECTION = new RegExp(`[${Object.keys(DIRECTIONS).join('')}]`, 'g')

/**
 * Makes visible what a reader would not see: control characters, and those that change the direction of the text, as `⟨RLO⟩`.
 * A page finds the direction of each paragraph by its letters, so nothing is lost to those who write from right to left.
 */
export function visibleText(text: string): string {
  return sanitizeText(text).replaceAll(DIRECTION, (mark) => `⟨${DIRECTIONS[mark] ?? ''}⟩`)
}

/** Slices of a text that are shown by themselves, cut at the end of a line where there is one. Characters are not cut. */
export function* textSlices(text: string, most: number): Generator<string> {
  let start = 0
  while (text.length - start > most) {
    const line = text.lastIndexOf('\n', start + most - 1) + 1
    let end = line > start + most / 2 ? line : start + most
    if (isHighSurrogate(text.charCodeAt(end - 1))) end++
    yield text.slice(start, end)
    start = end
  }
  if (start < text.length) yield text.slice(start)
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}
