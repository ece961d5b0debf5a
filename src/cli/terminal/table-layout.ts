import { textWidth } from './text-width.ts'

import { fit, pad } from './terminal-text.ts'

/** The text of a row's cells, on one line each. */
export type Cells = readonly string[]

/** Formats cells as one line, or two on a narrow terminal. */
export type Layout = (cells: Cells) => string[]

/** What the layout of a column depends on (see `Column`). */
interface LaidOut {
  readonly align?: 'right'
  readonly isCut?: boolean
}

/** The cells between two columns. */
const GAP = 2

/** Below this width, a column that is cut says too little: the first column then gets a line of its own. */
const LEAST_CUT = 14

/** The widest cell that others are aligned with. An id is shorter; one that is not sticks out. */
const MOST_ALIGNED = 48

/** Chooses the widths of columns that fit these rows, their headings included, on a terminal of this width. */
export function layoutOf(columns: readonly LaidOut[], rows: readonly Cells[], width: number): Layout {
  const widths = columns.map(({ isCut }, i) => widest(rows, i, isCut === true ? width : MOST_ALIGNED))
  const needed = columns.map(({ isCut }, i) =>
    isCut === true ? Math.min(LEAST_CUT, at(widths, i)) : at(widths, i),
  )
  const isNarrow = columns.length > 1 && sum(needed) + GAP * (columns.length - 1) > width
  if (!isNarrow) return (cells) => [alignLine(columns, cells, widths, width)]
  const [, ...others] = columns
  return ([first = '', ...cells]) => [
    columns[0]?.isCut === true ? fit(first, width) : first,
    fit(' '.repeat(GAP) + alignLine(others, cells, widths.slice(1), width - GAP), width).trimEnd(),
  ]
}

/** Aligns cells; the column that is cut gets what the others leave. */
function alignLine(columns: readonly LaidOut[], cells: Cells, widths: readonly number[], width: number) {
  const fixed = sum(widths.filter((_, i) => columns[i]?.isCut !== true)) + GAP * (columns.length - 1)
  const aligned = columns.map(({ isCut, align }, i) => {
    const most = isCut === true ? Math.max(0, Math.min(at(widths, i), width - fixed)) : at(widths, i)
    const cell = isCut === true ? fit(cells[i] ?? '', most) : (cells[i] ?? '')
    return align === 'right' ? ' '.repeat(Math.max(0, most - textWidth(cell))) + cell : pad(cell, most)
  })
  return aligned.join(' '.repeat(GAP)).trimEnd()
}

function widest(rows: readonly Cells[], column: number, most: number): number {
  return rows.reduce((width, cells) => Math.max(width, widthUpTo(cells[column] ?? '', most)), 0)
}

/** Measuring megabytes takes seconds. */
function widthUpTo(text: string, most: number): number {
  return Math.min(most, textWidth(text.slice(0, 50 * most)))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((left, right) => left + right, 0)
}

function at(numbers: readonly number[], i: number): number {
  return numbers[i] ?? 0
}
