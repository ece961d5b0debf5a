import type { ExportedConversation } from '../format.ts'
import type { PageFacts } from '../pages/page-facts.ts'
import { conversationHead } from './conversation-head.ts'
import { articlesMarkup, type EntryArticle } from './entry-article.ts'
import { historyNav, type HistoryPlace, type HistoryPosition } from './history-nav.ts'
import { html, type Markup } from './markup.ts'
import { visibleText } from './visible-text.ts'

/** The places that a page of a conversation links to. */
export interface ConversationLinks {
  readonly history: (place: HistoryPlace) => string
}

/** A conversation and what its pages say about it. */
export interface PagedConversation {
  readonly conversation: Pick<ExportedConversation, 'id' | 'row' | 'length' | 'goneAt'>
  readonly facts: PageFacts
  readonly links: ConversationLinks
  /** What its other pages are about, such as its revisions; shown below the head. */
  readonly related?: Markup | undefined
}

/** Renders a page of a conversation. The first one has the head. */
export function conversationPage(
  { conversation, facts, links, related }: PagedConversation,
  position: HistoryPosition,
  articles: readonly EntryArticle[],
): Markup {
  const nav = (where: 'above' | 'below') => historyNav(position, links.history, where)
  const isFirst = position.index === 0 && position.part === 1
  const head = isFirst
    ? html`${conversationHead(conversation, facts)}${related}`
    : html`<h1 dir="auto">${visibleText(facts.title)}</h1>`
  const none = conversation.length === 0 ? html`<p class="none">No entries.</p>` : ''
  return html`${head}${nav('above')}
    <div class="entries">${articlesMarkup(articles)}${none}</div>
    ${nav('below')}`
}
