import { formatCompact, formatNumber, plural } from '../../model/plural.ts'
import type { Overview } from '../stats/count-overview.ts'
import type { Dimension } from '../stats/count-stats.ts'
import type { Bin } from '../stats/distribution.ts'
import { drawChart } from '../stats/draw-chart.ts'
import { withEmptyMonths } from '../stats/empty-months.ts'
import type { Night, Verdict } from '../stats/nights.ts'
import { columnChart, dayChart, nightChart, rowChart } from '../stats/overview-charts.ts'
import { topGroups, type GroupRow } from '../stats/top-groups.ts'
import { html, trusted, type Markup } from './markup.ts'
import { visibleText } from './visible-text.ts'

/** The most days, months and bars of a chart. */
const MAX_DAYS = 366
const MAX_MONTHS = 60
const MAX_BARS = 15

/** A chart, with the same numbers as a table. */
interface Figure {
  readonly title: string
  readonly about?: string
  readonly chart: Parameters<typeof drawChart>[0]
  readonly heads: readonly string[]
  readonly rows: readonly (readonly (string | number | null)[])[]
}

/** Renders the overview: charts of the volume, of lengths and response times, and of the nights. */
export async function overviewPage(overview: Overview): Promise<Markup> {
  const { stats } = overview
  const tokens = `about ${formatCompact(stats.estimatedTokens)} tokens`
  const totals = [plural(stats.conversations, 'conversation'), plural(stats.entries, 'entry'), tokens].join(
    ', ',
  )
  const figures: Markup[] = []
  for (const figure of figuresOf(overview)) figures.push(await figureMarkup(figure))
  return html`<h1>Overview</h1>
<p class="about">${totals}. Tokens are estimated: about 4 characters each.</p>
${figures}`
}

function figuresOf({ stats, days, lengths, responses, nights }: Overview): Figure[] {
  const { rows: ofDays } = topGroups('month', days, MAX_DAYS + 1)
  const { rows: latest } = topGroups('month', stats.groups.month, MAX_MONTHS)
  const months = withEmptyMonths(latest)
  const dated = ofDays.filter(({ label }) => /^\d/.test(label))
  const all: (Figure | undefined)[] = [
    nightsFigure(nights),
    dated.length === 0
      ? undefined
      : {
          title: 'Entries by day of creation',
          chart: dayChart(dated, 'entries', 'entries'),
          ...tableOf('day', ofDays),
        },
    latest.length === 0
      ? undefined
      : {
          title: 'Entries by month of creation',
          chart: columnChart(months, 'entries', 'entries'),
          ...tableOf('month', latest),
        },
    latest.length === 0
      ? undefined
      : {
          title: 'Estimated tokens by month',
          chart: columnChart(months, 'estimatedTokens', 'tokens'),
          ...tableOf('month', latest),
        },
    groupFigure('model', 'Entries by model', stats.groups.model),
    groupFigure('agent', 'Entries by agent', stats.groups.agent),
    groupFigure('tool', 'Calls by tool', stats.groups.tool),
    binFigure('Conversations by length', 'entries', 'conversations', lengths),
    binFigure(
      'Response times, in seconds',
      'seconds',
      'responses',
      responses,
      'From an input to the first entry of the model after it, as their times of creation tell.',
    ),
  ]
  return all.filter((figure) => figure !== undefined)
}

function tableOf(head: string, rows: readonly GroupRow[]): Pick<Figure, 'heads' | 'rows'> {
  return {
    heads: [head, 'conversations', 'entries', 'tokens (estimated)'],
    rows: rows.map(({ label, conversations, entries, estimatedTokens }) => [
      label,
      conversations,
      entries,
      estimatedTokens,
    ]),
  }
}

function groupFigure(
  dimension: Dimension,
  title: string,
  groups: Overview['stats']['groups'][Dimension],
): Figure | undefined {
  if (groups.length === 0) return undefined
  const { rows, rest } = topGroups(dimension, groups, MAX_BARS)
  const chart = rowChart(rows, 'entries', dimension === 'tool' ? 'calls' : 'entries')
  return { title, chart, ...tableOf(dimension, rest === undefined ? rows : [...rows, rest]) }
}

function binFigure(
  title: string,
  head: string,
  noun: string,
  bins: readonly Bin[],
  about = '',
): Figure | undefined {
  if (bins.length === 0) return undefined
  const rows = bins.map(({ label, count }) => [label, count])
  return { title, about, chart: columnChart(bins, 'count', noun), heads: [head, noun], rows }
}

function nightsFigure(nights: readonly Night[]): Figure | undefined {
  if (nights.length === 0) return undefined
  const count = (verdict: Verdict) => nights.filter((night) => night.verdict === verdict).length
  const about = `${formatNumber(count('complete'))} complete, ${formatNumber(count('partial'))} partial, ${formatNumber(count('missed'))} missed.`
  return {
    title: 'Backups by night',
    about,
    chart: nightChart(nights),
    heads: ['day', 'backup'],
    rows: nights.map(({ day, verdict }) => [day, verdict]).reverse(),
  }
}

async function figureMarkup({ title, about, chart, heads, rows }: Figure): Promise<Markup> {
  const drawn = trusted(await drawChart(chart))
  const head = heads.map((name) => html`<th scope="col">${name}</th>`)
  const body = rows.map((cells) => html`<tr>${cells.map(cellMarkup)}</tr>\n`)
  return html`<h2>${title}</h2>
${about && html`<p class="about">${about}</p>`}
<div class="scroll chart" tabindex="0" role="group" aria-label="${title}: a chart of the table below"><div aria-hidden="true">${drawn}</div></div>
<details><summary>As a table</summary>
<div class="scroll" tabindex="0" role="group" aria-label="${title}"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>
</details>
`
}

function cellMarkup(value: string | number | null, column: number): Markup {
  if (column === 0) return html`<th scope="row">${visibleText(String(value ?? ''))}</th>`
  return typeof value === 'number'
    ? html`<td class="number">${formatNumber(value)}</td>`
    : html`<td>${value ?? ''}</td>`
}
