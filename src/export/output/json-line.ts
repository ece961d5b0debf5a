/**
 * JSON that stays one line in readers that split at more than LF, such as Python's `str.splitlines`: what JSON allows
 * as it is in a string, and they take for the end of a line, is escaped. The value stays the same.
 */
export function jsonLine(json: string): string {
  return json.replaceAll(
    /[\u0085\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
