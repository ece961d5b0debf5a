import type { TopLevelSpec } from 'vega-lite'

import type { Bin } from './distribution.ts'
import type { Night } from './nights.ts'
import { NUMBERS, withLabels } from './stats-chart.ts'
import type { GroupRow } from './top-groups.ts'

/** The numbers of a group that a chart can show. */
export type Measure = 'conversations' | 'entries' | 'estimatedTokens'

const WIDTH = 640

/** Lines and texts have the color of the page, light or dark. */
const frame = {
  background: 'transparent',
  config: {
    font: 'sans-serif',
    view: { stroke: null },
    axis: {
      labelColor: 'currentColor',
      titleColor: 'currentColor',
      titleFontWeight: 'normal',
      domainColor: 'currentColor',
      tickColor: 'currentColor',
      gridColor: 'currentColor',
      gridOpacity: 0.15,
    },
    legend: { labelColor: 'currentColor', titleColor: 'currentColor' },
    bar: { color: '#4c86c6' },
  },
} as const

/** A line up from each day of creation, on an axis of time. */
export function dayChart(rows: readonly GroupRow[], measure: Measure, title: string): TopLevelSpec {
  const time = { labelOverlap: true, format: '%Y-%m-%d', grid: false } as const
  return {
    ...frame,
    width: WIDTH,
    height: 140,
    data: { values: [...rows] },
    mark: { type: 'rule', color: '#4c86c6', strokeWidth: rows.length > WIDTH / 4 ? 1 : 3 },
    encoding: {
      x: { field: 'label', type: 'temporal', timeUnit: 'utcyearmonthdate', title: null, axis: time },
      y: { field: measure, type: 'quantitative', title, axis: NUMBERS },
      y2: { datum: 0 },
    },
  }
}

/** Bars from left to right, for months or ranges. */
export function columnChart(
  rows: readonly GroupRow[] | readonly Bin[],
  measure: Measure | 'count',
  title: string,
): TopLevelSpec {
  return {
    ...frame,
    width: WIDTH,
    height: 140,
    data: { values: [...rows] },
    mark: 'bar',
    encoding: {
      x: {
        field: 'label',
        type: 'ordinal',
        sort: null,
        title: null,
        axis: { labelAngle: -30, labelOverlap: 'greedy', ticks: false },
      },
      y: { field: measure, type: 'quantitative', title, axis: NUMBERS },
    },
  }
}

/** Bars from top to bottom, whose labels are long. */
export function rowChart(rows: readonly GroupRow[], measure: Measure, title: string): TopLevelSpec {
  return {
    ...frame,
    width: 400,
    height: { step: 20 },
    data: { values: withLabels(rows) },
    mark: 'bar',
    encoding: {
      y: { field: 'label', type: 'nominal', sort: null, title: null, axis: { labelLimit: 240 } },
      x: { field: measure, type: 'quantitative', title, axis: NUMBERS },
    },
  }
}

/** Colors that differ in lightness too. */
const VERDICTS = { complete: '#2e8b57', partial: '#e3b341', missed: '#d1495b' } as const

/** A calendar: a column for each week, a row for each day of the week. */
export function nightChart(nights: readonly Night[]): TopLevelSpec {
  return {
    ...frame,
    width: { step: 12 },
    height: { step: 12 },
    data: { values: [...nights] },
    mark: { type: 'rect', stroke: 'transparent', strokeWidth: 2, cornerRadius: 2 },
    encoding: {
      x: {
        field: 'day',
        type: 'ordinal',
        timeUnit: 'utcyearweek',
        title: null,
        axis: { format: '%Y-%m', labelOverlap: 'greedy', labelAngle: 0, ticks: false, domain: false },
      },
      y: {
        field: 'day',
        type: 'ordinal',
        timeUnit: 'utcday',
        title: null,
        axis: { format: '%a', ticks: false, domain: false },
      },
      color: {
        field: 'verdict',
        type: 'nominal',
        title: null,
        scale: { domain: Object.keys(VERDICTS), range: Object.values(VERDICTS) },
      },
    },
  }
}
