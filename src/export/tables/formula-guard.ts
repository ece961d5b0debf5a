import { endOfString } from '../../model/json/json-scanner.ts'
import { unicodeEscape } from '../unicode-escape.ts'

/** What makes a spreadsheet read a cell as a formula: one of these, or its full-width form, even after white space. */
const TRIGGER = "['\\s]*[=+\\-@＝＋－＠]"
const AT_START = `^(?='*[\\t\\r\\n]|${TRIGGER})`

/** The delimiters that spreadsheets use, depending on the locale. */
const SEPARATORS = [',', ';']

/** Escapes formulas in cells, so that spreadsheets do not run them. */
export interface FormulaGuard {
  text(cell: string): string
  json(cell: string): string
}

/**
 * Returns a guard against formulas (https://owasp.org/www-community/attacks/CSV_Injection). A text gets a `'` before what
 * would run: at its start, and after a separator at which spreadsheets of another locale split even quoted cells. A text
 * that already has such a `'` gets one more, so that removing one restores every text. In JSON the separator is escaped
 * (`\u003b`) instead, which is the same JSON.
 *
 * @param delimiter the delimiter of the file, which is quoted
 */
export function formulaGuard(delimiter: string): FormulaGuard {
  const foreign = otherSeparators(delimiter)
  const start = new RegExp(AT_START)
  const inside = new RegExp(`[${foreign}](?=${TRIGGER})`, 'g')
  const quote = mapPieces(foreign, (text) => text.replaceAll(inside, "$&'"))
  const escape = mapPieces(foreign, (text) => text.replaceAll(inside, unicodeEscape))
  return {
    text: (cell) => quote(cell).replace(start, "'"),
    // Outside of strings, a comma is followed by a number at most, and stays.
    json: (cell) => (cell.search(inside) === -1 ? cell : mapStrings(cell, escape)),
  }
}

/** Returns a regular expression that undoes the guard: replace each match with its first group. */
export function undoPattern(delimiter: string): string {
  return `(^(?='+[\\t\\r\\n])|(?:^|[${otherSeparators(delimiter)}])(?=['\\s]*[=+\\-@＝＋－＠]))'`
}

const PIECE = 64 * 1024

/**
 * Changes a text piece by piece, since replacing ten million matches at once takes gigabytes. A piece ends before a
 * separator, and no match extends across one.
 */
function mapPieces(separators: string, change: (text: string) => string): (text: string) => string {
  const separator = new RegExp(`[${separators}]`, 'g')
  return (text) => {
    let changed = ''
    let start = 0
    while (start < text.length) {
      separator.lastIndex = start + PIECE
      const end = separator.exec(text)?.index ?? text.length
      changed += change(text.slice(start, end))
      start = end
    }
    return changed
  }
}

/** Changes the strings of a JSON text. A loop, since a regular expression overflows the stack on millions of escapes. */
function mapStrings(json: string, change: (quoted: string) => string): string {
  let changed = ''
  let at = 0
  for (let open = json.indexOf('"'); open !== -1; open = json.indexOf('"', at)) {
    const end = endOfString(json, open)
    changed += json.slice(at, open) + change(json.slice(open, end))
    at = end
  }
  return changed + json.slice(at)
}

function otherSeparators(delimiter: string): string {
  return SEPARATORS.filter((separator) => separator !== delimiter).join('')
}
