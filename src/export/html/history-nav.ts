import { formatNumber } from '../../model/plural.ts'
import type { HistoryPage } from './history-pages.ts'
import { html, type Markup } from './markup.ts'

/** A place in a history: a page, and a part of it from 1. */
export interface HistoryPlace {
  readonly page: HistoryPage
  readonly part: number
}

/** Where a page stands in its history. */
export interface HistoryPosition {
  readonly pages: readonly HistoryPage[]
  /** The index of the page. */
  readonly index: number
  /** From 1. */
  readonly part: number
  readonly isLastPart: boolean
}

/** Renders links to the pages before and after a page; nothing if it is the only one. They are above and below the entries. */
export function historyNav(
  { pages, index, part, isLastPart }: HistoryPosition,
  addressOf: (place: HistoryPlace) => string,
  where: 'above' | 'below',
): Markup | undefined {
  const [page, last] = [pages[index], pages.at(-1)]
  if (page === undefined || last === undefined) return undefined
  const isFirst = index === 0 && part === 1
  const isLast = page === last && isLastPart
  if (isFirst && isLast) return undefined
  const before = part > 1 ? { page, part: part - 1 } : placeOf(pages[index - 1])
  const after = isLastPart ? placeOf(pages[index + 1]) : { page, part: part + 1 }
  const to = (label: string, place: HistoryPlace | undefined) =>
    place === undefined ? html`<span>${label}</span>` : html`<a href="${addressOf(place)}">${label}</a>`
  return html`<nav class="pages" aria-label="Pages, ${where}">
${to('First', isFirst ? undefined : placeOf(pages[0]))} ${to('Previous', before)}
<span>${whatIsHere(page, part, isLastPart, last.to + 1)}</span>
${to('Next', after)} ${to('Last', page === last ? undefined : placeOf(last))}
</nav>
`
}

function placeOf(page: HistoryPage | undefined): HistoryPlace | undefined {
  return page === undefined ? undefined : { page, part: 1 }
}

function whatIsHere({ from, to }: HistoryPage, part: number, isLastPart: boolean, length: number): string {
  const of = `of ${formatNumber(length)}`
  if (from !== to) return `Entries ${formatNumber(from)} to ${formatNumber(to)} ${of}`
  return part === 1 && isLastPart
    ? `Entry ${formatNumber(from)} ${of}`
    : `Entry ${formatNumber(from)} ${of}, part ${part}`
}
