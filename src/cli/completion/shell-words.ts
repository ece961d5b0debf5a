/**
 * Splits the beginning of a command line into words as bash does, without running anything in it: quotes and
 * backslashes are removed, `$(…)` and variables stay as they are. The last word is the one at the cursor, and may be empty.
 */
export function shellWords(line: string): string[] {
  const words: string[] = []
  let word = ''
  let isInWord = false
  for (const [part] of line.matchAll(PARTS)) {
    if (/^\s/.test(part)) {
      if (isInWord) words.push(word)
      word = ''
      isInWord = false
    } else {
      word += unquoted(part)
      isInWord = true
    }
  }
  return [...words, word]
}

/** White space, an escaped character, a quoted text (the last one may be open), or other characters. */
const PARTS = /\s+|\\[^]?|'[^']*'?|"(?:\\[^]|[^"\\])*\\?"?|[^\s\\'"]+/g

/** A text in quotes that are closed. */
const CLOSED = /^(?:'[^']*'|"(?:\\[^]|[^"\\])*")$/

function unquoted(part: string): string {
  const inside = part.slice(1, CLOSED.test(part) ? -1 : undefined)
  if (part.startsWith('\\') || part.startsWith("'")) return inside
  return part.startsWith('"') ? inside.replaceAll(/\\([$`"\\])/g, '$1') : part
}

/** Returns whether the cursor after this line is inside quotes. */
export function endsInQuotes(line: string): boolean {
  const last = [...line.matchAll(PARTS)].at(-1)?.[0] ?? ''
  return /^['"]/.test(last) && !CLOSED.test(last)
}

/** Returns whether bash would read a character of a word as more than itself. */
export function isSpecial(word: string): boolean {
  return word !== escapeWord(word)
}

/** Escapes a word for bash outside quotes. */
export function escapeWord(word: string): string {
  return word.replaceAll(/[\s!"#$&'()*;<>?[\\\]^`{|}~]/g, String.raw`\$&`)
}
