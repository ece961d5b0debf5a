import { endOfString } from '../../model/json/json-scanner.ts'

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
  const foreign = otherSeparators(delimiter)
  const start = new RegExp(AT_START)
  const inside = new RegExp(`[${foreign}](?=${TRIGGER})`, 'g')
  const quote = mapPieces(foreign, (text) => text.replaceAll(inside, "$&'"))
  const escape = mapPieces(foreign, (text) => text.replaceAll(inside, unicodeEscape))
  return {
    text: (cell) => quote(cell).replace(start, "'"),
    // Outside of strings a comma stands before a number at most, and stays.
    json: (cell) => (cell.search(inside) === -1 ? cell : mapStrings(cell, escape)),
  }
}

/** How to take it back, for those who read the cells with a program. */
export function undoPattern(delimiter: string): string {
  return `(^(?='+[\\t\\r\\n])|(?:^|[${otherSeparators(delimiter)}])(?=['\\s]*[=+\\-@＝＋－＠]))'`
}

const PIECE = 64 * 1024

/**
 * Changes a text piece by piece: with ten million matches at once the engine takes gigabytes. A piece ends before a
 * separator, which what is looked for behind another one never goes across.
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

/** Changes the strings of a JSON text. A loop: an expression for strings overflows the stack on millions of escapes. */
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

function unicodeEscape(separator: string): string {
  return `\\u${separator.charCodeAt(0).toString(16).padStart(4, '0')}`
}
