import type { ExportedConversation } from '../format.ts'
import type { PageFacts } from '../pages/page-facts.ts'
import { conversationPage, type PagedConversation } from './conversation-page.ts'
import { partsOf, type EntryPlaces } from './history-part.ts'
import type { HistoryPlace } from './history-nav.ts'
import { historyPages } from './history-pages.ts'
import type { Markup } from './markup.ts'

/** A page of a conversation. */
export interface RenderedPage extends HistoryPlace {
  readonly main: Markup
}

/** Yields the pages of a conversation, one at a time. */
export function* conversationPages(
  conversation: ExportedConversation,
  facts: PageFacts,
  { links, related }: Pick<PagedConversation, 'links' | 'related'>,
  places: EntryPlaces,
): Generator<RenderedPage> {
  const pages = historyPages(conversation.sizes())
  for (const [index, page] of pages.entries()) {
    let part = 0
    const parts = partsOf(conversation, page, places)
    for (let next = parts.next(); next.done !== true;) {
      const articles = next.value
      part++
      next = parts.next()
      const position = { pages, index, part, isLastPart: next.done === true }
      yield {
        page,
        part,
        main: conversationPage({ conversation, facts, links, related }, position, articles),
      }
    }
  }
}
