import { readFile } from 'node:fs/promises'

import type { Archive } from '../../archive/archive.ts'
import { HansardError } from '../../errors.ts'
import { siteAssets } from '../../own-files.ts'
import { allOrNothing } from '../exclusion.ts'
import type { ExportContext, ExportedConversation, Writer } from '../format.ts'
import { factsOf } from '../pages/page-facts.ts'
import type { ReferredFile } from '../pages/referred-files.ts'
import { conversationHead } from './conversation-head.ts'
import { documentMarkup } from './document.ts'
import { articlesMarkup } from './entry-article.ts'
import { historyPages } from './history-pages.ts'
import { partsOf } from './history-part.ts'
import { html } from './markup.ts'
import { revisionsMarkup } from './revisions-markup.ts'

/** The place of the content in the frame of a page, which is written around it. */
const CONTENT = html`<!--content-->`

/** Writes one conversation as one file: all its entries, its pictures and files within, and no script. */
export async function pageWriter({ files, archive }: ExportContext): Promise<Writer> {
  const style = await readFile(siteAssets['site.css'], 'utf8')
  const file = await files.create('page.html')
  let isWritten = false
  return {
    async write(conversation) {
      if (isWritten) throw notOne('the selection has more than one')
      for (const part of allOrNothing(
        () => partsOfPage(conversation, archive, style),
        (part) => part.length,
      ))
        await file.write(part)
      isWritten = true
    },
    async end() {
      if (!isWritten) throw notOne('the selection has none')
      await file.close()
    },
  }
}

function* partsOfPage(
  conversation: ExportedConversation,
  archive: Archive,
  style: string,
): Generator<string> {
  const archived = archive.dependencies
  const facts = factsOf(conversation, archived)
  const frame = documentMarkup({ title: facts.title, main: CONTENT, site: undefined, style }).toString()
  const [before = '', after = ''] = frame.split(String(CONTENT))
  yield before
  yield conversationHead(conversation, facts).toString()
  yield '<div class="entries">\n'
  for (const page of historyPages(conversation.sizes()))
    // Not divided: two parts of an entry in one file would have the same ids.
    for (const articles of partsOf(
      conversation,
      { ...page, isLarge: false },
      { archived, fileAddress: dataUri },
    ))
      yield articlesMarkup(articles).toString()
  yield '</div>\n'
  if (archive.conversations.countRevisions(conversation.id) > 1)
    yield revisionsMarkup(archive, conversation.id).toString()
  yield after
}

/** A file within the page. */
function dataUri({ type, bytes }: ReferredFile): string {
  return `data:${type};base64,${Buffer.concat([...bytes]).toString('base64')}`
}

function notOne(why: string): HansardError {
  return new HansardError('usage', `One file takes one conversation, but ${why}`, {
    hint: 'Select one with --id, or name a folder with --output to write a page for each.',
  })
}
