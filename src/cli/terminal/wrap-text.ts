import { graphemesOf } from '../../model/graphemes.ts'
import { cellsOf, TAB } from './cells.ts'
import { isPlain, STYLE } from './text-width.ts'

/**
 * Breaks a text into lines of at most so many terminal cells, one at a time: at spaces, between characters of scripts
 * that have none, and inside a word only if it is longer than a line. A continuation line is indented like the text
 * before it, so that code, lists and quotes keep their shape. Each line ends the style that it begins: pagers need that.
 */
export function* wrapText(text: string, cells: number): Generator<string, void, undefined> {
  let style = ''
  for (const line of linesOf(text)) {
    for (const row of wrapLine(line, cells)) {
      const begun = style
      for (const [code] of row.matchAll(STYLE)) style = ENDS_STYLE.test(code) ? '' : code
      if (row === '') yield ''
      else yield style === '' ? begun + row : `${begun}${row}${RESET}`
    }
  }
}

/** Counts the rows that lines take on a terminal with so many cells a row. */
export function countRows(lines: readonly string[], cells: number): number {
  if (cells === Infinity) return lines.length
  return lines.reduce((sum, line) => sum + [...wrapText(line, cells)].length, 0)
}

/** Yields the lines of a text without their line feeds. Splitting it would hold millions of lines in memory. */
export function* linesOf(text: string): Generator<string, void, undefined> {
  let start = 0
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
    yield text.slice(start, end)
    start = end + 1
  }
  yield text.slice(start)
}

const RESET = '\u001b[0m'
const ENDS_STYLE = /\[(?:0|22|39)m/

/** Characters examined for one row, per cell: a line may have megabytes. */
const WINDOW_PER_CELL = 16

function* wrapLine(line: string, cells: number): Generator<string, void, undefined> {
  const start = line.slice(0, 200).replaceAll('\t', TAB)
  const hang = ' '.repeat(Math.min(HANGING.exec(start)?.[0].length ?? 0, cells >> 1))
  let at = 0
  do {
    const indent = at === 0 ? '' : hang
    const window = line.slice(at, at + WINDOW_PER_CELL * cells)
    const end = endOfRow(window, cells - indent.length)
    yield `${indent}${window.slice(0, end).replaceAll('\t', TAB)}`.trimEnd()
    at += end
  } while (at < line.length)
}

/** The indentation of a line, with the mark of a list or a quote. */
const HANGING = /^ *(?:(?:[-*+•>]|\d{1,3}[.)]) )?/

/** Returns how much of a text fits a row, with the spaces after it. */
function endOfRow(text: string, cells: number): number {
  if (text.length <= cells && cellsOf(text) <= cells) return text.length
  let width = 0
  let end = 0
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const isSpace = SPACE.test(token)
    const more = cellsOf(token)
    if (!isSpace && width + more > cells) {
      const isBroken = width < cells / 2 && text.slice(0, end).trim() === ''
      return isBroken || end === 0 ? end + endOfPart(token, Math.max(1, cells - width)) : end
    }
    width += more
    end = index + token.length
  }
  return end
}

/** Returns how much of a word fits, in whole characters; at least one. */
function endOfPart(word: string, cells: number): number {
  if (isPlain(word.slice(0, cells))) return cells
  let width = 0
  let end = 0
  for (const [part] of word.matchAll(STYLE_OR_TEXT)) {
    if (part.startsWith('\u001b[')) {
      end += part.length
      continue
    }
    for (const { segment } of graphemesOf(part)) {
      width += cellsOf(segment)
      if (width > cells && end > 0) return end
      end += segment.length
    }
  }
  return end
}

const STYLE_OR_TEXT = new RegExp(`${STYLE.source}|[^\\u001b]+|\\u001b`, 'g')

/** Chinese and Japanese, which have no spaces between words, with their punctuation. */
const WIDE = '\\u2e80-\\u9fff\\uf900-\\ufaff\\ufe30-\\ufe4f\\uff00-\\uff9f\\u{20000}-\\u{3ffff}'
/** Characters that do not begin a line: closing punctuation, small kana, marks of repetition and length. */
const CLOSING = '[\\p{Pe}\\p{Pf}\\p{Po}\\p{M}々〻ゝゞヽヾーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ]'
const SPACES = '[^\\S\\u00a0\\u202f\\ufeff]+'

const SPACE = new RegExp(`^${SPACES}$`, 'u')

/** Where a line may be broken: after each of these. */
const TOKEN = new RegExp(
  `${SPACES}|[\\p{Ps}\\p{Pi}]*[${WIDE}]${CLOSING}*|(?:[^\\s${WIDE}]|[\\u00a0\\u202f\\ufeff])+${CLOSING}*`,
  'gu',
)
