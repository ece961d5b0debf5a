import { html, type Markup } from '../export/html/markup.ts'
import { isFiltered, type ListQuery } from './list-query.ts'

/** The form of the filters, open if one is set. */
export function filterForm(query: ListQuery): Markup {
  const { q, since, until, model, agent, metadata, only } = query
  return html`<details class="filters"${isFiltered(query) && html` open`}><summary>Filter</summary>
<form action="/">
<input type="hidden" name="q" value="${q}">
${field('Created since', 'since', since, '2026-11, 3d, yesterday')}
${field('Created before', 'until', until, '2026-11-22')}
${field('Model', 'model', model, 'mistral-medium-latest')}
${field('Agent', 'agent', agent, 'ag_…')}
${field('Metadata', 'metadata', metadata, 'key=value')}
<label>Only <select name="only">
${option('', 'all', only)}
${option('gone', 'gone upstream', only)}
${option('altered', 'altered history', only)}
</select></label>
<button>Apply</button> <a href="/">Clear</a>
</form>
</details>
`
}

function field(label: string, name: string, value: string, example: string): Markup {
  return html`<label>${label} <input name="${name}" value="${value}" placeholder="${example}"></label>`
}

function option(value: string, label: string, chosen: string): Markup {
  return html`<option value="${value}"${value === chosen && html` selected`}>${label}</option>`
}
