import { readFile } from 'node:fs/promises'

import { cutTime } from '../../model/instant.ts'
import { plural } from '../../model/plural.ts'
import { siteAssets } from '../../own-files.ts'
import { allOrNothing, excludeOnError } from '../exclusion.ts'
import { exportedConversation } from '../export-source.ts'
import type { ExportContext, ExportedConversation, Writer } from '../format.ts'
import { factsOf, type PageFacts } from '../pages/page-facts.ts'
import { countOverview } from '../stats/count-overview.ts'
import { conversationPages } from './conversation-pages.ts'
import { documentMarkup } from './document.ts'
import { html, type Markup } from './markup.ts'
import { openMonths } from './month-pages.ts'
import { overviewPage } from './overview-page.ts'
import { relatedMarkup } from './related-markup.ts'
import { revisionsPage } from './revisions-markup.ts'
import { SearchShards } from './search-shards.ts'
import {
  CONVERSATIONS,
  OVERVIEW,
  SEARCH,
  addressFrom,
  conversationPath,
  historyPath,
  revisionsPath,
  rootFrom,
  siteLinks,
} from './site-paths.ts'
import { visibleText } from './visible-text.ts'

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
  const shards = new SearchShards((name, parts) => write({ path: `${SEARCH}/${name}`, parts }))
  const months = openMonths((path, title, main) => write(page(path, title, main)))
  for (const [name, source] of Object.entries(siteAssets))
    await write({ path: `assets/${name}`, parts: [await readFile(source)] })
  return {
    async write(conversation) {
      const { facts, path } = excludeOnError(() => placeOf(conversation, context))
      for (const file of allOrNothing(() => filesOf(conversation, facts, path, context), sizeOf))
        await write(file)
      const about = aboutConversation(conversation, facts)
      await months.add(conversation, { path: `${path}.html`, title: facts.title, about })
      await shards.add(conversation, [`${path}.html`, visibleText(facts.title), about.join(' · ')])
    },
    async end() {
      await months.end()
      await shards.end()
      const overview = await countOverview(context.archive, context.selection)
      await write(page(OVERVIEW, 'Overview', await overviewPage(overview)))
    },
  }
}

function placeOf(conversation: ExportedConversation, { archive }: ExportContext) {
  const facts = factsOf(conversation, archive.dependencies)
  const { id, createdAt } = conversation
  const path = conversationPath({ id, createdAt, title: facts.title, model: facts.model })
  return { facts, path: `${CONVERSATIONS}/${path}` }
}

/** Yields the pages of a conversation, each followed by its files, and the page of its revisions. */
function* filesOf(
  conversation: ExportedConversation,
  facts: PageFacts,
  path: string,
  context: ExportContext,
): Generator<SiteFile> {
  const { archive } = context
  const attached: SiteFile[] = []
  const related = relatedMarkup(archive, conversation, {
    revisions: addressFrom(path, revisionsPath(path)),
    conversation: (id) => addressOfOther(path, id, context),
  })
  const pages = conversationPages(
    conversation,
    facts,
    { links: { history: (place) => addressFrom(path, historyPath(path, place)) }, related },
    {
      archived: archive.dependencies,
      fileAddress({ safeName, bytes }, position, number) {
        const file = `${path}.files/${position}-${number}-${safeName}`
        attached.push({ path: file, parts: bytes })
        return addressFrom(path, file)
      },
    },
  )
  for (const { main, ...place } of pages) {
    yield page(historyPath(path, place), facts.title, main)
    yield* attached.splice(0)
  }
  if (archive.conversations.countRevisions(conversation.id) > 1) {
    const revisions = revisionsPage(archive, conversation.id, facts.title, addressFrom(path, `${path}.html`))
    yield page(revisionsPath(path), revisions.title, revisions.main)
  }
}

/** Links to another conversation only if it is selected. Which ones a limit leaves out is not known here. */
function addressOfOther(from: string, id: string, context: ExportContext): string | undefined {
  const { archive, selection } = context
  const { ids = [id], limit } = selection
  if (limit !== undefined || !ids.includes(id)) return undefined
  if (archive.conversations.countSelected({ ...selection, ids: [id] }) === 0) return undefined
  const stored = archive.conversations.read(id)
  if (stored === undefined) return undefined
  const { path } = placeOf(exportedConversation(stored), context)
  return addressFrom(from, `${path}.html`)
}

function page(path: string, title: string, main: Markup): SiteFile {
  const root = rootFrom(path)
  // The script shows the form, since only the script can search.
  const search = html`<form class="search" role="search" action="${root}index.html" data-shards="${root}${SEARCH}/" hidden>
<input type="search" name="q" placeholder="Search" aria-label="Search" autocomplete="off">
</form>`
  return { path, parts: [documentMarkup({ title, main, site: siteLinks(path), search }).toString()] }
}

/** What lists say about a conversation: when it was created, its model, and how long it is. */
function aboutConversation({ createdAt, length }: ExportedConversation, { model }: PageFacts): string[] {
  const time = createdAt === null ? undefined : cutTime(createdAt, 'minute')
  return [time, model, plural(length, 'entry')].filter((fact) => fact !== undefined)
}

function sizeOf({ parts }: SiteFile): number {
  let size = 0
  for (const part of parts) size += part.length
  return size
}
