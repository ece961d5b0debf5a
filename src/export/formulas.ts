/** What makes a spreadsheet take a cell for a formula: one of these (or its full-width form), even after white space. */
const TRIGGER = "['\\s]*[=+\\-@＝＋－＠]"
const AT_START = `^(?='*[\\t\\r\\n]|${TRIGGER})`

/** What splits cells in the CSV of some country. */
const SEPARATORS = [',', ';']

/** Makes cells harmless in spreadsheets. */
export interface FormulaGuard {
  text(cell: string): string
  json(cell: string): string
}

/**
 * Defuses formulas (https://owasp.org/www-community/attacks/CSV_Injection). A text gets a `'` before what would run, at
 * its start and behind a separator that another country's spreadsheet splits at, whatever is quoted. Text that has such
 * a `'` already gets one more, so that removing one gives back every text. JSON gets an escape (`\u003b`) instead, so
 * that it stays the same JSON.
 *
 * @param delimiter what the file itself separates cells with, and quotes
 */
export function formulaGuard(delimiter: string): FormulaGuard {
  const foreign = `[${foreignTo(delimiter)}]`
  const start = new RegExp(AT_START)
  const inside = new RegExp(`${foreign}(?=${TRIGGER})`, 'g')
  const defuse = (text: string) => text.replaceAll(inside, (separator) => escapeOf(separator))
  return {
    text: (cell) => cell.replaceAll(inside, "$&'").replace(start, "'"),
    // Outside of strings a comma stands before a number at most, and stays.
    json: (cell) => (cell.search(inside) === -1 ? cell : cell.replaceAll(JSON_STRING, defuse)),
  }
}

/** How to take it back, for those who read the cells with a program. */
export function howToUndo(delimiter: string): string {
  return `(^|[${foreignTo(delimiter)}])'(?='*[\\t\\r\\n]|['\\s]*[=+\\-@＝＋－＠])`
}

const JSON_STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/g

function foreignTo(delimiter: string): string {
  return SEPARATORS.filter((separator) => separator !== delimiter).join('')
}

function escapeOf(separator: string): string {
  return `\\u${separator.charCodeAt(0).toString(16).padStart(4, '0')}`
}
