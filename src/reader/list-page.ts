import type { Archive } from '../archive/archive.ts'
import type { ListedConversation } from '../archive/content/conversations.ts'
import type { SearchHit } from '../archive/content/search.ts'
import type { Selection } from '../archive/content/selection.ts'
import { isHansardError } from '../errors.ts'
import { conversationRows, type ConversationRow } from '../export/html/conversation-rows.ts'
import { html, type Markup } from '../export/html/markup.ts'
import { visibleText } from '../export/html/visible-text.ts'
import { cutTime } from '../model/instant.ts'
import { formatNumber, plural } from '../model/plural.ts'
import type { Snippet } from '../model/search/snippet.ts'
import { wordsOf } from '../model/search/tokenizer.ts'
import { entryAddress, conversationAddress } from './addresses.ts'
import { filterForm } from './filter-form.ts'
import { completedText, isFiltered, listAddress, selectionOf, type ListQuery } from './list-query.ts'
import { problemMarkup } from './page-response.ts'

/** The most conversations on a page. A hit takes ten times as long as a row, because of its snippet. */
const MAX_LISTED = 100
const MAX_HITS = 50

/** How much the words may occur that a beginning is completed to. */
const MAX_OCCURRENCES = 1_000_000

/** Renders the list of conversations: those that changed last, or the best matches of a search. */
export function listPage(archive: Archive, query: ListQuery, now: Date): Markup {
  return html`<h1>Conversations</h1>
    ${filterForm(query)}
    <div id="results">${resultsOrProblem(archive, query, now)}</div>
`
}

/** A query that is wrong, perhaps because it is still being typed, says so in place of the results. */
function resultsOrProblem(archive: Archive, query: ListQuery, now: Date): Markup {
  try {
    return resultsMarkup(archive, query, selectionOf(query, now))
  } catch (thrown) {
    if (!isHansardError(thrown) || (thrown.code !== 'usage' && thrown.code !== 'not-indexed')) throw thrown
    return problemMarkup(thrown.message, thrown.hint)
  }
}

function resultsMarkup(archive: Archive, query: ListQuery, selection: Selection): Markup {
  const isSearch = query.q.trim() !== ''
  const most = isSearch ? MAX_HITS : MAX_LISTED
  const limited = { ...selection, limit: most + 1 } // one more tells whether there is another page
  const found = isSearch
    ? Array.from(archive.search.find(textFor(archive, query, selection), limited, query.offset), hitRow)
    : Array.from(archive.conversations.list(limited, query.offset), listedRow)
  const rows = found.slice(0, most)
  const hasMore = found.length > most
  if (rows.length === 0) return html`<p class="none">${whyNone(archive, query)}</p>`
  return html`<p class="about" role="status">${whatIsShown(archive, query, rows.length, hasMore)}</p>
${conversationRows(rows)}${listNav(query, most, hasMore)}`
}

/**
 * The last word is completed if few conversations have it as it is, and if it does not begin too many words: SQLite merges the
 * lists of their texts, which takes half a second for a million.
 */
function textFor({ search }: Archive, query: ListQuery, selection: Selection): string {
  const completed = completedText(query)
  if (completed === undefined || search.count(query.q, selection) > MAX_HITS) return query.q
  return search.occurrencesOf(wordsOf(query.q).at(-1) ?? '') > MAX_OCCURRENCES ? query.q : completed
}

function listedRow(listed: ListedConversation): ConversationRow {
  const { id, title, model, agentId, updatedAt, createdAt, entries, goneAt } = listed
  const time = updatedAt ?? createdAt
  const about = [time && cutTime(time, 'minute'), model ?? agentId, plural(entries, 'entry')]
  return { title: title ?? id, address: conversationAddress(id), about, goneAt }
}

function hitRow({
  id,
  title,
  position,
  createdAt,
  matchingEntries,
  goneAt,
  snippet,
}: SearchHit): ConversationRow {
  const others = matchingEntries > 1 ? `${plural(matchingEntries, 'entry')} match` : undefined
  const place = position === null ? undefined : `entry ${position}`
  return {
    title: title ?? id,
    address: position === null ? conversationAddress(id) : entryAddress(id, position),
    about: [createdAt && cutTime(createdAt, 'minute'), place, others],
    goneAt,
    snippet: snippetMarkup(snippet),
  }
}

function snippetMarkup({ text, marks }: Snippet): Markup {
  let end = 0
  const parts = marks.map(([from, to]) => {
    const before = text.slice(end, from)
    end = to
    return html`${visibleText(before)}<mark>${visibleText(text.slice(from, to))}</mark>`
  })
  return html`${parts}${visibleText(text.slice(end))}`
}

function whatIsShown({ conversations }: Archive, query: ListQuery, shown: number, hasMore: boolean): string {
  const { q, offset } = query
  const isAll = q.trim() === '' && !isFiltered(query)
  const from = formatNumber(offset + 1)
  const to = formatNumber(offset + shown)
  if (isAll) return `${from} to ${to} of ${plural(conversations.count(), 'conversation')}, last changed first`
  if (!hasMore && offset === 0) return plural(shown, 'conversation')
  return hasMore ? `${from} to ${to}; there are more` : `${from} to ${to}, the last ones`
}

function whyNone({ conversations }: Archive, query: ListQuery): string {
  if (query.offset > 0) return 'There are no more conversations.'
  if (conversations.count() === 0) return 'The archive has no conversations yet.'
  return query.q.trim() === ''
    ? 'No conversation meets the filters.'
    : `No match for ${visibleText(query.q)}.`
}

function listNav(query: ListQuery, most: number, hasMore: boolean): Markup | undefined {
  const { offset } = query
  if (offset === 0 && !hasMore) return undefined
  const before = Math.max(0, offset - most)
  return html`<nav class="pages" aria-label="Pages of this list">
    ${
      offset > 0 &&
      html`<a href="${listAddress(query, before)}" rel="prev">Previous</a>
`
    }${hasMore && html`<a href="${listAddress(query, offset + most)}" rel="next">Next</a>`}
  </nav>
`
}
