/**
 * Escapes the characters that JSON allows in a string and that some readers, such as Python's `str.splitlines`, take for
 * the end of a line. The value stays the same.
 */
export function jsonLine(json: string): string {
  return json.replaceAll(/[\u0085\u2028\u2029]/g, unicodeEscape)
}

/** Returns the escape of a character in a JSON string. */
export function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
