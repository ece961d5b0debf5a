import { html, type Markup } from '../export/html/markup.ts'
import type { ListQuery } from './list-query.ts'

/** The form in the header of every page, which keeps the filters. On the list of conversations, it searches while one types. */
export function searchForm({ q = '', ...filters }: Partial<ListQuery>): Markup {
  const kept = Object.entries(filters).filter(([name, value]) => name !== 'offset' && value !== '')
  const hidden = kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
  return html`<form class="search" role="search" action="/" data-live>
${hidden}<input type="search" name="q" value="${q}" placeholder="Search" aria-label="Search" autocomplete="off">
<button>Search</button>
</form>`
}
