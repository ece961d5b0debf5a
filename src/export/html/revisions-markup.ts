import type { Archive } from '../../archive/archive.ts'
import { plainText } from '../../model/entries/entry-text.ts'
import { displayText } from '../../model/entries/fields.ts'
import { cutTimeUtc } from '../../model/instant.ts'
import { formatNumber, plural } from '../../model/plural.ts'
import { exportedConversation } from '../export-source.ts'
import type { ExportedConversation } from '../format.ts'
import { compareRevisions, type RevisionChange } from './compare-revisions.ts'
import { html, type Markup } from './markup.ts'
import { textDifference } from './text-difference.ts'
import { visibleText } from './visible-text.ts'

/** The most entries of a revision whose texts are shown, and the most revisions. */
const MAX_ENTRIES = 20
const MAX_REVISIONS = 100

/** Renders the page of a conversation's revisions. `address` is that of the conversation. */
export function revisionsPage(archive: Archive, id: string, title: string, address: string) {
  const heading = html`<h1 dir="auto"><a href="${address}">${visibleText(title)}</a></h1>\n`
  return { title: `Revisions of ${title}`, main: html`${heading}${revisionsMarkup(archive, id)}` }
}

/** Renders the revisions of a conversation, newest first, each with what it changed. */
export function revisionsMarkup(archive: Archive, id: string): Markup {
  const sections: Markup[] = []
  let later: ExportedConversation | undefined
  for (const stored of archive.conversations.revisions(id)) {
    const revision = exportedConversation(stored)
    if (later !== undefined) sections.push(sectionMarkup(revision, later))
    if (sections.length === MAX_REVISIONS) break
    later = revision
  }
  const all = archive.conversations.countRevisions(id)
  const left = all - sections.length - 1
  const more = left > 0 ? html`<p class="none">${plural(left, 'earlier revision')} not shown.</p>\n` : ''
  return html`<section class="revisions" aria-labelledby="revisions">
<h2 id="revisions">Revisions: ${formatNumber(all)}</h2>
${sections}${more}</section>
`
}

function sectionMarkup(before: ExportedConversation, after: ExportedConversation): Markup {
  const change = compareRevisions(before, after)
  return html`<h3>Stored ${cutTimeUtc(after.fetchedAt, 'second')}</h3>
<p class="about">Since ${cutTimeUtc(before.fetchedAt, 'second')}: ${summaryOf(change)}.</p>
${change.members.map(memberMarkup)}${entriesMarkup(before, after, change)}`
}

function summaryOf({ members, changed, added, removed }: RevisionChange): string {
  const parts = [
    added.length > 0 ? `${plural(added.length, 'entry')} added` : undefined,
    changed.length > 0 ? `${plural(changed.length, 'entry')} changed` : undefined,
    removed.length > 0 ? `${plural(removed.length, 'entry')} removed` : undefined,
    members.length > 0 ? `${plural(members.length, 'field')} changed` : undefined,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? 'only the messages changed' : parts.join(', ')
}

function memberMarkup([key, before, after]: RevisionChange['members'][number]): Markup {
  return html`<p class="label">${visibleText(key)}</p>
${textDifference(displayText(before) ?? '', displayText(after) ?? '')}`
}

function entriesMarkup(
  before: ExportedConversation,
  after: ExportedConversation,
  { changed, removed }: RevisionChange,
): Markup {
  const shown = [...changed, ...removed].slice(0, MAX_ENTRIES)
  const left = changed.length + removed.length - shown.length
  const more =
    left > 0
      ? html`<p class="none">${plural(left, 'more entry', 'more entries')} changed or removed.</p>\n`
      : ''
  return html`${shown.map((position) => entryMarkup(before, after, position))}${more}`
}

function entryMarkup(before: ExportedConversation, after: ExportedConversation, position: number): Markup {
  return html`<p class="label">Entry ${position}</p>
${textDifference(...textsAt(before, after, position))}`
}

/** The texts of an entry in two revisions, or their JSON if only that tells the difference. */
function textsAt(
  before: ExportedConversation,
  after: ExportedConversation,
  position: number,
): [string, string] {
  const [earlier, later] = [jsonAt(before, position), jsonAt(after, position)]
  const texts: [string, string] = [textOf(earlier), textOf(later)]
  return texts[0] === texts[1] ? [earlier ?? '', later ?? ''] : texts
}

function jsonAt(conversation: ExportedConversation, position: number): string | undefined {
  for (const { text } of conversation.entries({ from: position, to: position })) return text
  return undefined
}

function textOf(json: string | undefined): string {
  return json === undefined ? '' : plainText(json)
}
