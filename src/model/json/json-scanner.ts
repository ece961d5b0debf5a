/*
 * Finds where the parts of a JSON text begin and end. Every function expects text that JSON.parse accepts; on other text
 * it may throw a SyntaxError, but never loops forever. Everything is a loop, not a recursion: the sender decides how deep
 * a text is nested.
 */

export const QUOTE = 34
export const COMMA = 44
export const COLON = 58
const BACKSLASH = 92
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/** Finds the end of the value that begins at `at`, and calls `onSpace` for white space between its tokens. */
export function endOfValue(text: string, at: number, onSpace?: () => void): number {
  const first = text.charCodeAt(at)
  if (first === QUOTE) return endOfString(text, at)
  if (!isOpening(first)) return endOfScalar(text, at)
  let depth = 0
  let i = at
  while (i < text.length) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      i = endOfString(text, i)
      continue
    }
    if (isOpening(code)) depth++
    else if (isClosing(code)) depth--
    else if (isSpace(code)) onSpace?.()
    i++
    if (depth === 0) return i
  }
  throw new SyntaxError('JSON text ends inside a value')
}

/** Finds the end of the string that begins at `open`: the next quote with an even number of backslashes before it. */
export function endOfString(text: string, open: number): number {
  let quote = text.indexOf('"', open + 1)
  while (quote !== -1) {
    let before = quote - 1
    while (text.charCodeAt(before) === BACKSLASH) before--
    if ((quote - before) % 2 === 1) return quote + 1
    quote = text.indexOf('"', quote + 1)
  }
  throw new SyntaxError('JSON text ends inside a string')
}

/** Skips a comma or a colon, if there is one, and the white space around it. */
export function skipSeparator(text: string, at: number): number {
  const i = skipSpace(text, at)
  const code = text.charCodeAt(i)
  return code === COMMA || code === COLON ? skipSpace(text, i + 1) : i
}

/** Finds the next character that is not white space. */
export function skipSpace(text: string, at: number): number {
  let i = at
  while (isSpace(text.charCodeAt(i))) i++
  return i
}

/** Finds the end of the token that begins at `at`. */
export function endOfToken(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code === QUOTE) return endOfString(text, at)
  return isOpening(code) || isClosing(code) || code === COMMA || code === COLON
    ? at + 1
    : endOfScalar(text, at)
}

/** Decodes a quoted string. A key that is written with escapes (`"to\u006fls"`) is still that key. */
export function decodeString(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
}

/** Tells whether a character opens an object or an array. */
export function isOpening(code: number): boolean {
  return code === OPEN_OBJECT || code === OPEN_ARRAY
}

/** Tells whether a character closes an object or an array. */
export function isClosing(code: number): boolean {
  return code === CLOSE_OBJECT || code === CLOSE_ARRAY
}

/** Tells whether a character is white space between tokens. */
export function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9
}

function endOfScalar(text: string, at: number): number {
  let i = at
  while (i < text.length && !endsScalar(text.charCodeAt(i))) i++
  if (i === at) throw new SyntaxError('JSON text ends before a value')
  return i
}

function endsScalar(code: number): boolean {
  return code === COMMA || isClosing(code) || isSpace(code)
}
