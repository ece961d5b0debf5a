import { hex, STEERING } from './terminal-text.ts'

/** A cell of a table; null is an empty cell. */
export type Cell = string | number | boolean | null

/**
 * Formats a line of TSV. What would end a cell is escaped, as PostgreSQL and MySQL escape it (`\t`, `\n`, `\r`, `\\`); so
 * are control codes (`\u001b`), because a pipe may end on a terminal.
 */
export function tsvLine(cells: readonly Cell[]): string {
  return cells.map((cell) => escapeCell(String(cell ?? ''))).join('\t')
}

function escapeCell(text: string): string {
  return text.replaceAll(ESCAPED, (character) => SHORT[character] ?? `\\u${hex(character)}`)
}

const ESCAPED = new RegExp(`[\\\\\\t\\n\\r\u2028\u2029]|${STEERING.source}`, 'g')

const SHORT: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
