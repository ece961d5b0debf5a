import { posix } from 'node:path'
import { readFile } from 'node:fs/promises'

import { siteAssets } from '../../own-files.ts'
import { allOrNothing, excludeOnError } from '../exclusion.ts'
import type { ExportContext, ExportedConversation, Writer } from '../format.ts'
import { factsOf, type PageFacts } from '../pages/page-facts.ts'
import { conversationPages } from './conversation-pages.ts'
import { documentMarkup } from './document.ts'
import type { Markup } from './markup.ts'
import { openMonths } from './month-pages.ts'
import { CONVERSATIONS, addressFrom, conversationPath, historyPath, siteLinks } from './site-paths.ts'

/** A file of a site: a page, or a file that an entry refers to. */
interface SiteFile {
  readonly path: string
  readonly parts: Iterable<string | Uint8Array>
}

/** Writes a folder of pages: those of each conversation, lists by month, and the page where a reader begins. */
export async function siteWriter(context: ExportContext): Promise<Writer> {
  const { files } = context
  const write = async ({ path, parts }: SiteFile) => {
    const file = await files.create(path)
    for (const part of parts) await file.write(part)
    await file.close()
  }
  const months = openMonths((path, title, main) => write(page(path, title, main)))
  for (const [name, source] of Object.entries(siteAssets))
    await write({ path: `assets/${name}`, parts: [await readFile(source)] })
  return {
    async write(conversation) {
      const { facts, path } = excludeOnError(() => placeOf(conversation, context))
      for (const file of allOrNothing(() => filesOf(conversation, facts, path, context), sizeOf))
        await write(file)
      await months.add(`${path}.html`, conversation, facts)
    },
    end: () => months.end(),
  }
}

function placeOf(conversation: ExportedConversation, { dependencies }: ExportContext) {
  const facts = factsOf(conversation, dependencies)
  const { id, createdAt } = conversation
  const path = conversationPath({ id, createdAt, title: facts.title, model: facts.model })
  return { facts, path: `${CONVERSATIONS}/${path}` }
}

/** Yields the pages of a conversation, each followed by its files. */
function* filesOf(
  conversation: ExportedConversation,
  facts: PageFacts,
  path: string,
  { dependencies }: ExportContext,
): Generator<SiteFile> {
  const attached: SiteFile[] = []
  const folder = `${posix.basename(path)}.files`
  const pages = conversationPages(
    conversation,
    facts,
    { links: { history: (place) => addressFrom(path, historyPath(path, place)) } },
    {
      archived: dependencies,
      fileAddress({ safeName, bytes }, position, number) {
        const file = `${posix.dirname(path)}/${folder}/${position}-${number}-${safeName}`
        attached.push({ path: file, parts: bytes })
        return addressFrom(path, file)
      },
    },
  )
  for (const { main, ...place } of pages) {
    yield page(historyPath(path, place), facts.title, main)
    yield* attached.splice(0)
  }
}

function page(path: string, title: string, main: Markup): SiteFile {
  return { path, parts: [documentMarkup({ title, main, site: siteLinks(path) }).toString()] }
}

function sizeOf({ parts }: SiteFile): number {
  let size = 0
  for (const part of parts) size += part.length
  return size
}
