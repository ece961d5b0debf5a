import { entryView, type EntryView } from '../../model/entries/entry-view.ts'
import type { DependencyReader, ExportedConversation } from '../format.ts'
import type { Block } from './block.ts'
import { entryArticle, type EntryArticle } from './entry-article.ts'
import { entryBlocks } from './entry-blocks.ts'
import type { HistoryPage } from './history-pages.ts'
import { SourceScope, type FileAddress } from './source-scope.ts'

/** Where the parts of an entry come from and go to. */
export interface EntryPlaces {
  readonly archived: DependencyReader
  readonly fileAddress: FileAddress
}

/** The most characters of a part of a large entry, unless one block has more. */
const MAX_PART = 256 * 1024

/** Yields the parts of a page: one, unless it is the page of a large entry. */
export function* partsOf(
  conversation: Pick<ExportedConversation, 'entries'>,
  page: HistoryPage,
  places: EntryPlaces,
): Generator<readonly EntryArticle[]> {
  const { from, to, isLarge } = page
  if (to < from) return yield []
  const articles: EntryArticle[] = []
  let position = from
  for (const { text } of conversation.entries({ from, to })) {
    const scope = new SourceScope(position, places.archived, places.fileAddress)
    const entry = entryView(text)
    const blocks = entryBlocks(entry, scope)
    if (isLarge) return yield* partsOfLarge(entry, position, blocks)
    articles.push(entryArticle(entry, position, [...blocks]))
    position++
  }
  yield articles
}

function* partsOfLarge(
  entry: EntryView,
  position: number,
  blocks: Iterable<Block>,
): Generator<readonly EntryArticle[]> {
  let part: Block[] = []
  let size = 0
  for (const block of blocks) {
    const length = String(block.content).length
    if (size > 0 && size + length > MAX_PART) {
      yield [entryArticle(entry, position, part)]
      part = []
      size = 0
    }
    part.push(block)
    size += length
  }
  yield [entryArticle(entry, position, part)]
}
