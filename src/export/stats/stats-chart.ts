import type { TopLevelSpec } from 'vega-lite'

import { formatCompact, formatNumber, plural } from '../../model/plural.ts'
import { oneLine } from '../../model/sanitize-text.ts'
import { dimensions, type Dimension, type Group, type Stats } from './count-stats.ts'
import { withEmptyMonths } from './empty-months.ts'
import { topGroups, type GroupRow } from './top-groups.ts'

/** The most bars of a panel. More months than that would be too thin to see. */
const MOST: Readonly<Record<Dimension, number>> = { month: 60, model: 15, agent: 15, tool: 15 }

const MAX_LABEL = 36

const PANEL_WIDTH = 220

const titles: Readonly<Record<Dimension, string>> = {
  month: 'By month of creation (UTC)',
  model: 'By model',
  agent: 'By agent',
  tool: 'By tool',
}

/**
 * Describes the chart: each row of panels shows a dimension, each column a measure. Foreign text is only ever data, never
 * a part of an expression.
 */
export function statsChart(stats: Stats): TopLevelSpec {
  const shown = dimensions.filter((dimension) => stats.groups[dimension].length > 0)
  return {
    background: 'white',
    padding: 16,
    title: {
      text: formatTotals(stats),
      subtitle: 'Tokens are estimated: about 4 characters each',
      offset: 16,
    },
    config: { font: 'sans-serif', title: { anchor: 'start', fontSize: 16 }, view: { stroke: null } },
    spacing: 32,
    vconcat: shown.map((dimension) => rowOfPanels(dimension, stats.groups[dimension])),
  }
}

function formatTotals({ conversations, entries, estimatedTokens }: Stats): string {
  const tokens = `about ${formatCompact(estimatedTokens)} tokens`
  return [plural(conversations, 'conversation'), plural(entries, 'entry'), tokens].join(', ')
}

/** The panels have the same distance whatever their axes need (`flush`), so that columns are aligned. */
function rowOfPanels(dimension: Dimension, groups: readonly Group[]) {
  const { rows, rest } = topGroups(dimension, groups, MOST[dimension])
  const which = dimension === 'month' ? 'latest' : 'largest'
  const part = rest === undefined ? '' : `: the ${which} ${rows.length} of ${formatNumber(groups.length)}`
  return {
    title: { text: `${titles[dimension]}${part}`, fontSize: 13, frame: 'group' },
    data: { values: withLabels(dimension === 'month' ? withEmptyMonths(rows) : rows) },
    bounds: 'flush',
    spacing: 64,
    hconcat: measuresOf(dimension).map((measure, column) =>
      dimension === 'month' ? monthPanel(measure) : barPanel(measure, column === 0),
    ),
  } as const
}

interface Measure {
  readonly field: keyof GroupRow
  readonly title: string
}

function measuresOf(dimension: Dimension): readonly Measure[] {
  return [
    { field: 'conversations', title: 'conversations' },
    { field: 'entries', title: dimension === 'tool' ? 'calls' : 'entries' },
    { field: 'estimatedTokens', title: 'tokens (estimated)' },
  ]
}

/** Bars from left to right, for a time. */
function monthPanel({ field, title }: Measure) {
  const axis = { labelAngle: -45, labelOverlap: 'greedy', ticks: false } as const
  return {
    width: PANEL_WIDTH,
    height: 120,
    mark: 'bar',
    encoding: {
      x: { field: 'label', type: 'ordinal', sort: null, title: null, axis },
      y: { field, type: 'quantitative', title, axis: NUMBERS },
    },
  } as const
}

/** Bars from top to bottom, whose labels are long. Panels in one row share the labels of the first. */
function barPanel({ field, title }: Measure, isFirst: boolean) {
  const axis = isFirst ? { labelLimit: 300 } : { labels: false, ticks: false }
  return {
    width: PANEL_WIDTH,
    height: { step: 18 },
    mark: 'bar',
    encoding: {
      y: { field: 'label', type: 'nominal', sort: null, title: null, axis },
      x: { field, type: 'quantitative', title, axis: NUMBERS },
    },
  } as const
}

/** Numbers such as 200k, but 0 without a unit. */
export const NUMBERS = { tickCount: 4, tickMinStep: 1, labelExpr: "format(datum.value, '~s')" } as const

/** Makes labels safe for XML, short, and different: rows with the same label would be one bar. */
export function withLabels(rows: readonly GroupRow[]): GroupRow[] {
  const seen = new Map<string, number>()
  return rows.map((row) => {
    const label = oneLine(row.label, MAX_LABEL)
    const times = (seen.get(label) ?? 0) + 1
    seen.set(label, times)
    return { ...row, label: times === 1 ? label : `${label} (${times})` }
  })
}
