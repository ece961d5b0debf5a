import type { Io } from '../io.ts'
import { colorsFor } from './colors.ts'
import { widthOf, writeLine } from './stdout.ts'
import { layoutOf, type Cells, type Layout } from './table-layout.ts'
import { defuseLine } from './terminal-text.ts'
import { tsvLine, type Cell } from './tsv.ts'

/** A column of a table. */
export interface Column<Row> {
  /** The key of the value with --json; the help names the columns of a pipe so. */
  readonly name: string
  /** Its heading on a terminal. Default: the name in capitals. */
  readonly heading?: string
  /** The whole value, for a pipe. */
  readonly value: (row: Row) => Cell
  /** The text on a terminal. Default: the value. */
  readonly show?: (row: Row) => string
  readonly align?: 'right'
  /** Takes what is left of the line, and is cut to it. One column at most; the others, such as ids, are never cut. */
  readonly isCut?: boolean
  /** Left out on a terminal that is narrower. */
  readonly minWidth?: number
}

/** What a table shows besides its columns. */
export interface TableOptions<Row> {
  /** Returns a line that a terminal shows below a row, at most this wide and safe to print. */
  readonly below?: (row: Row, width: number) => string
}

/**
 * Writes a table to stdout, row by row: aligned columns under headings on a terminal, TSV with all columns in a pipe. A pipe
 * gets no headings, so that `hansard list | wc -l` counts conversations. Stops when the command is interrupted.
 *
 * @returns the number of rows
 */
export async function writeTable<Row>(
  io: Io,
  columns: readonly Column<Row>[],
  rows: Iterable<Row>,
  { below }: TableOptions<Row> = {},
): Promise<number> {
  let count = 0
  const counted = function* () {
    for (const row of rows) {
      if (io.signal.aborted) return
      count++
      yield row
    }
  }
  const lines = io.stdout.isTTY ? alignedLines(io, columns, counted(), below) : tsvLines(columns, counted())
  for (const line of lines) await writeLine(io.stdout, line)
  return count
}

function* tsvLines<Row>(columns: readonly Column<Row>[], rows: Iterable<Row>): Generator<string> {
  for (const row of rows) yield tsvLine(columns.map(({ value }) => value(row)))
}

/** The first rows decide on the widths, so that memory does not grow with a long table. */
const MEASURED_ROWS = 1000

function* alignedLines<Row>(
  io: Io,
  columns: readonly Column<Row>[],
  rows: Iterable<Row>,
  below?: TableOptions<Row>['below'],
): Generator<string> {
  const width = widthOf(io.stdout)
  const shown = columns.filter(({ minWidth = 0 }) => width >= minWidth)
  const headings = shown.map(({ name, heading }) => heading ?? name.toUpperCase())
  const { bold } = colorsFor(io)
  const waiting: { cells: Cells; more: string[] }[] = []
  let layout: Layout | undefined
  const begin = function* (): Generator<string, Layout> {
    const chosen = layoutOf(shown, [headings, ...waiting.map(({ cells }) => cells)], width)
    yield* chosen(headings).map(bold)
    for (const { cells, more } of waiting) yield* [...chosen(cells), ...more]
    return chosen
  }
  for (const row of rows) {
    const cells = shown.map((column) => cellText(column, row))
    const more = below === undefined ? [] : [below(row, width)]
    if (layout !== undefined) yield* [...layout(cells), ...more]
    else if (waiting.push({ cells, more }) === MEASURED_ROWS) layout = yield* begin()
  }
  if (layout === undefined && waiting.length > 0) yield* begin()
}

function cellText<Row>({ value, show }: Column<Row>, row: Row): string {
  return defuseLine(show?.(row) ?? String(value(row) ?? ''))
}
