import { textWidth } from './text-width.ts'
import type { Colors } from 'picocolors/types.js'

import { dimensions, type Dimension, type Stats } from '../../export/stats/count-stats.ts'
import { topGroups, type GroupRow, type TopGroups } from '../../export/stats/top-groups.ts'
import { formatCompact, formatNumber, plural } from '../../model/plural.ts'
import type { Bar } from './bar.ts'
import { defuseLine, fit, pad } from './terminal-text.ts'

/** How to lay out the statistics on a terminal. */
export interface StatsLayout {
  readonly width: number
  readonly colors: Colors
  readonly bar: Bar
  /** Show all groups of this dimension, instead of the largest of each. */
  readonly by?: Dimension | undefined
}

/** The most rows of each dimension: a year and what was before, and what fits into 40 lines together. */
const MOST: Readonly<Record<Dimension, number>> = { month: 13, model: 5, agent: 5, tool: 5 }

/** Widths in cells. Where bars would be shorter than the shortest, the column of conversations makes room for them. */
const MIN_LABEL = 14
const LONGEST_BAR = 40
const SHORTEST_BAR = 8
const GAP = 2

/** Formats the statistics for a terminal: the totals, and a table with bars for each dimension. */
export function formatStats(stats: Stats, layout: StatsLayout): string[] {
  const tables = dimensions
    .filter((dimension) => layout.by === undefined || layout.by === dimension)
    .map((dimension) =>
      topGroups(dimension, stats.groups[dimension], layout.by === undefined ? MOST[dimension] : Infinity),
    )
    .filter(({ rows }) => rows.length > 0)
  const columns = chooseColumns(tables, layout.width)
  const parts = tables.map((table) => ['', ...formatTable(table, columns, layout)])
  return [...formatTotals(stats, layout), ...parts.flat()]
}

function formatTotals(stats: Stats, { width, colors }: StatsLayout): string[] {
  const facts = `${plural(stats.conversations, 'conversation')}, ${plural(stats.entries, 'entry')},`
  const tokens = `about ${formatCompact(stats.estimatedTokens)} tokens`
  const totals = facts.length + 1 + tokens.length <= width ? [`${facts} ${tokens}`] : [facts, tokens]
  return [...totals, colors.dim(fit('Tokens are estimated: about 4 characters each.', width))]
}

interface NumberColumn {
  readonly header: (dimension: Dimension) => string
  readonly cell: (row: GroupRow) => string
}

/** The entries come last, beside the bars, because the bars show them. */
const numberColumns: readonly NumberColumn[] = [
  {
    header: () => 'conversations',
    cell: ({ conversations }) => (conversations === null ? '' : formatNumber(conversations)),
  },
  { header: () => 'tokens', cell: ({ estimatedTokens }) => formatCompact(estimatedTokens) },
  {
    header: (dimension) => (dimension === 'tool' ? 'calls' : 'entries'),
    cell: ({ entries }) => formatNumber(entries),
  },
]

/** The widths of columns, the same for all tables. */
interface Columns {
  readonly label: number
  readonly numbers: readonly (NumberColumn & { readonly width: number })[]
  readonly bar: number
}

function chooseColumns(tables: readonly TopGroups[], width: number): Columns {
  const rows = tables.flatMap(allRows)
  const longest = widest(
    rows.map(({ label }) => labelOf(label, width)),
    textWidth,
  )
  const label = Math.max(MIN_LABEL, Math.min(longest, Math.floor(width * 0.4)))
  const all = numberColumns.map((column) => {
    const headers = tables.map(({ dimension }) => column.header(dimension))
    return { ...column, width: widest([...headers, ...rows.map(column.cell)], (text) => text.length) }
  })
  const room = (numbers: Columns['numbers']) =>
    width - label - GAP - numbers.reduce((sum, column) => sum + GAP + column.width, 0)
  const numbers = room(all) >= SHORTEST_BAR ? all : all.slice(1)
  return { label, numbers, bar: Math.max(0, Math.min(LONGEST_BAR, room(numbers))) }
}

/** A loop, since `Math.max` takes no more than some 100,000 arguments. */
function widest(texts: readonly string[], widthOf: (text: string) => number): number {
  return texts.reduce((width, text) => Math.max(width, widthOf(text)), 0)
}

/** Formats a table. The rest has no bar: it is not one group, and would be longer than all others. */
function formatTable(table: TopGroups, columns: Columns, { width, colors, bar }: StatsLayout): string[] {
  const { dimension, rows, rest } = table
  const most = rows.reduce((max, { entries }) => Math.max(max, entries), 1)
  const line = (label: string, cells: readonly string[]) =>
    [pad(fit(label, columns.label), columns.label), ...cells].join(' '.repeat(GAP))
  const headers = columns.numbers.map((column) => column.header(dimension).padStart(column.width))
  const body = allRows(table).map((row) => {
    const numbers = columns.numbers.map((column) => column.cell(row).padStart(column.width))
    const drawn = row === rest ? '' : bar(row.entries / most, columns.bar)
    return line(labelOf(row.label, width), drawn === '' ? numbers : [...numbers, colors.cyan(drawn)])
  })
  return [colors.bold(line(titles[dimension], headers)), ...body]
}

/** The rest comes where it belongs: before the latest months, after the largest groups. */
function allRows({ dimension, rows, rest }: TopGroups): readonly GroupRow[] {
  if (rest === undefined) return rows
  return dimension === 'month' ? [rest, ...rows] : [...rows, rest]
}

const titles: Readonly<Record<Dimension, string>> = {
  month: 'Month (UTC)',
  model: 'Model',
  agent: 'Agent',
  tool: 'Tool',
}

/** Makes a label safe, and short enough to be measured quickly. */
function labelOf(label: string, width: number): string {
  return fit(defuseLine(label.slice(0, 4 * width)), width)
}
