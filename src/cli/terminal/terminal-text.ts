import { graphemesOf } from '../../model/graphemes.ts'
import { isPlain, textWidth } from './text-width.ts'

/**
 * Makes foreign text safe for a terminal: control codes and characters that change the direction of text are replaced by
 * visible ones. Line feeds and tabs stay.
 */
export function defuse(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(STEERING, (character) => CONTROL_PICTURES[character] ?? `\\u${hex(character)}`)
}

/**
 * Does the same for JSON and keeps its meaning: such characters occur only in strings, where they have an escape, except
 * for the carriage return between tokens, where a line feed means the same. Unicode line separators are escaped too,
 * because some readers break lines there. CRLF, as in CSV, stays.
 */
export function defuseJson(json: string): string {
  return json.replaceAll(STEERING_JSON, (character) => (character === '\r' ? '\n' : `\\u${hex(character)}`))
}

/** Makes foreign text safe for a terminal, on one line. */
export function defuseLine(text: string): string {
  return defuse(text).replaceAll(/[\n\t\u2028\u2029]+/g, ' ')
}

/** Cuts a line to a number of terminal cells, and ends it with an ellipsis if something was cut. */
export function fit(line: string, cells: number): string {
  if (cells === Infinity) return line
  // Measuring megabytes takes seconds, and no real line has more than 50 characters per cell.
  const start = line.slice(0, 50 * cells)
  if (start === line && textWidth(line) <= cells) return line
  if (isPlain(start)) return `${start.slice(0, Math.max(0, cells - 1))}…`
  let fitted = ''
  let width = 0
  for (const { segment } of graphemesOf(start)) {
    width += textWidth(segment)
    if (width > cells - 1) break
    fitted += segment
  }
  return `${fitted}…`
}

/** Pads a line with spaces to a number of terminal cells. */
export function pad(line: string, cells: number): string {
  return line + ' '.repeat(Math.max(0, cells - textWidth(line)))
}

/** Control codes, and characters that change the direction of text. */
export const STEERING =
  /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

const STEERING_JSON = new RegExp(`${STEERING.source}|[\u2028\u2029]`, 'g')

const CONTROL_PICTURES: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 32 }, (_, code) => [String.fromCharCode(code), String.fromCodePoint(0x2400 + code)]),
)

/** Formats a character for an escape such as `\u202e`. */
export function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0')
}
