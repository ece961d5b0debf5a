import { cutTime } from '../../model/instant.ts'
import { plural } from '../../model/plural.ts'
import { html, type Markup } from './markup.ts'
import { visibleText } from './visible-text.ts'

/** A conversation in a list. */
export interface ConversationRow {
  readonly title: string
  readonly address: string
  /** As `instantOf` formats it, or as the API sent it; null if there is none. */
  readonly time: string | null
  readonly model: string | undefined
  readonly entries: number
  readonly goneAt: string | null
  /** Its best match, with the matches marked. */
  readonly snippet?: Markup | undefined
}

/** Renders a list of conversations. */
export function conversationRows(rows: readonly ConversationRow[]): Markup {
  return html`<ul class="rows">
    ${rows.map(rowMarkup)}
  </ul> `
}

function rowMarkup({ title, address, time, model, entries, goneAt, snippet }: ConversationRow): Markup {
  const gone = goneAt === null ? '' : html` · <span class="gone">gone since ${cutTime(goneAt, 'day')}</span>`
  const about = [time === null ? undefined : cutTime(time, 'minute'), model, plural(entries, 'entry')]
    .filter((fact) => fact !== undefined)
    .join(' · ')
  return html`<li class="row">
    <a href="${address}" dir="auto">${visibleText(title)}</a>
    <p class="about">${visibleText(about)}${gone}</p>
    ${snippet === undefined ? '' : html`<p class="snippet" dir="auto">${snippet}</p>`}
  </li> `
}
