import type { Archive } from '../archive/archive.ts'
import { HansardError } from '../errors.ts'
import { exportedConversation } from '../export/export-source.ts'
import type { ExportedConversation } from '../export/format.ts'
import { conversationPage } from '../export/html/conversation-page.ts'
import type { EntryArticle } from '../export/html/entry-article.ts'
import type { HistoryPlace } from '../export/html/history-nav.ts'
import { partsOf } from '../export/html/history-part.ts'
import { historyPages, pageWith } from '../export/html/history-pages.ts'
import type { Markup } from '../export/html/markup.ts'
import { relatedMarkup } from '../export/html/related-markup.ts'
import { revisionsPage } from '../export/html/revisions-markup.ts'
import { factsOf } from '../export/pages/page-facts.ts'
import type { ReferredFile } from '../export/pages/referred-files.ts'
import { conversationAddress, fileAddress, historyAddress, revisionsAddress } from './addresses.ts'

/** A place in a conversation that an address asks for. */
export interface AskedPlace {
  readonly entry: number
  readonly part: number
}

interface ConversationView {
  readonly title: string
  readonly main: Markup
}

/** Renders the page of a conversation with an entry. */
export function conversationView(
  archive: Archive,
  id: string,
  { entry, part }: AskedPlace,
): ConversationView {
  const conversation = readConversation(archive, id)
  const archived = archive.dependencies
  const facts = factsOf(conversation, archived)
  const pages = historyPages(conversation.sizes())
  const index = pageWith(pages, entry)
  const page = pages[index] ?? { from: 0, to: -1, isLarge: false }
  const address = ({ safeName }: ReferredFile, position: number, number: number) =>
    fileAddress(id, position, number, safeName)
  const asked = partAt(partsOf(conversation, page, { archived, fileAddress: address }), part)
  const position = { pages, index, part: asked.part, isLastPart: asked.isLast }
  const links = { history: (place: HistoryPlace) => historyAddress(id, place) }
  const isFirst = index === 0 && asked.part === 1
  const related = isFirst
    ? relatedMarkup(archive, conversation, {
        revisions: revisionsAddress(id),
        conversation: conversationAddress,
      })
    : undefined
  return {
    title: facts.title,
    main: conversationPage({ conversation, facts, links, related }, position, asked.articles),
  }
}

/** Renders the parts of a page up to one of them, from 1; the last one if there are fewer. */
function partAt(parts: Iterable<readonly EntryArticle[]>, wanted: number) {
  let found: { part: number; articles: readonly EntryArticle[] } = { part: 1, articles: [] }
  let part = 0
  for (const articles of parts) {
    part++
    if (part > Math.max(wanted, 1)) return { ...found, isLast: false }
    found = { part, articles }
  }
  return { ...found, isLast: true }
}

/** Renders what the revisions of a conversation changed. */
export function revisionsView(archive: Archive, id: string): ConversationView {
  const { title } = factsOf(readConversation(archive, id), archive.dependencies)
  return revisionsPage(archive, id, title, conversationAddress(id))
}

/** Finds a file that an entry refers to; undefined if it has none with this number. */
export function fileOfEntry(
  archive: Archive,
  id: string,
  entry: number,
  number: number,
): ReferredFile | undefined {
  const conversation = readConversation(archive, id)
  let found: ReferredFile | undefined
  const places = {
    archived: archive.dependencies,
    fileAddress(file: ReferredFile, _: number, each: number) {
      if (each === number) found = file
      return ''
    },
  }
  const parts = partsOf(conversation, { from: entry, to: entry, isLarge: true }, places)
  while (found === undefined && parts.next().done !== true) continue
  return found
}

function readConversation(archive: Archive, id: string): ExportedConversation {
  const stored = archive.conversations.read(id)
  if (stored !== undefined) return exportedConversation(stored)
  throw new HansardError('not-found', `There is no conversation ${id} in the archive`, {
    hint: 'It may have been forgotten since. Search for it, or go to the list of conversations.',
  })
}
