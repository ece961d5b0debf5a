import type { Archive } from '../../archive/archive.ts'
import { formatNumber } from '../../model/plural.ts'
import type { ExportedConversation } from '../format.ts'
import { html, type Markup } from './markup.ts'
import { visibleText } from './visible-text.ts'

/** The most forks that are named. */
const MAX_FORKS = 20

/** Renders the conversations that begin as this one does. `addressOf` returns undefined for one that has no page. */
export function forksMarkup(
  archive: Archive,
  { id, entryKeys }: Pick<ExportedConversation, 'id' | 'entryKeys'>,
  addressOf: (id: string) => string | undefined,
): Markup | undefined {
  const keys = entryKeys()
  const [first = 0] = keys
  const others = first === 0 ? [] : archive.forks.withEntry(first, id, MAX_FORKS + 1)
  if (others.length === 0) return undefined
  const items = others.slice(0, MAX_FORKS).map((other) => {
    const shared = sharedLength(keys, archive.conversations.read(other)?.entryKeys() ?? [])
    const title = visibleText(archive.conversations.title(other) ?? other)
    const address = addressOf(other)
    const name = address === undefined ? html`${title} (${other})` : html`<a href="${address}">${title}</a>`
    return html`<li>${name} <span class="about">the same ${entriesBefore(shared)}</span></li>\n`
  })
  const more = others.length > MAX_FORKS ? html`<li class="none">and more</li>\n` : ''
  return html`<h2>Forks</h2>
<ul>
${items}${more}</ul>
`
}

function sharedLength(left: readonly number[], right: readonly number[]): number {
  const different = left.findIndex((key, i) => key !== right[i])
  return different === -1 ? left.length : different
}

function entriesBefore(shared: number): string {
  return shared === 1 ? 'entry 0' : `entries 0 to ${formatNumber(shared - 1)}`
}
