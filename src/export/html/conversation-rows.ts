import { cutTime } from '../../model/instant.ts'
import { html, type Markup } from './markup.ts'
import { visibleText } from './visible-text.ts'

/** A conversation in a list. */
export interface ConversationRow {
  readonly title: string
  readonly address: string
  /** What the list says about it: times as `cutTime` formats them, its model, and how long it is. */
  readonly about: readonly (string | null | undefined)[]
  readonly goneAt: string | null
  /** Its best match, with the matches marked. */
  readonly snippet?: Markup | undefined
}

/** Renders a list of conversations. */
export function conversationRows(rows: readonly ConversationRow[]): Markup {
  return html`<ul class="rows">
    ${rows.map(rowMarkup)}
  </ul>
`
}

function rowMarkup({ title, address, about, goneAt, snippet }: ConversationRow): Markup {
  const gone = goneAt === null ? '' : html` · <span class="gone">gone since ${cutTime(goneAt, 'day')}</span>`
  const facts = about.filter((fact) => fact !== undefined && fact !== null && fact !== '').join(' · ')
  const match = snippet === undefined ? '' : html`<p class="snippet" dir="auto">${snippet}</p>`
  return html`<li class="row">
    <a href="${address}" dir="auto">${visibleText(title)}</a>
    <p class="about">${visibleText(facts)}${gone}</p>
    ${match}
  </li>
`
}
