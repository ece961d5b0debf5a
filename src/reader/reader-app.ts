import { readFile } from 'node:fs/promises'

import { Hono } from 'hono'

import { html, type Markup } from '../export/html/markup.ts'
import type { Overview } from '../export/stats/count-overview.ts'
import { formatNumber, plural } from '../model/plural.ts'
import { siteAssets } from '../own-files.ts'
import { guardAccess, sendSafely, type ReaderEnv } from './access.ts'
import type { ArchiveSource } from './archive-source.ts'
import { conversationView, fileOfEntry, revisionsView } from './conversation-view.ts'
import { fileResponse } from './file-response.ts'
import { listPage } from './list-page.ts'
import { listQuery } from './list-query.ts'
import type { OverviewCount } from './overview-count.ts'
import { errorResponse, pageResponse, problemResponse } from './page-response.ts'

/** What the pages of the reader are made from. */
export interface ReaderParts {
  readonly source: ArchiveSource
  readonly overview: OverviewCount
  readonly token: string
  readonly now: () => Date
}

/** The routes of the reader. */
export function readerApp({ source, overview, token, now }: ReaderParts): Hono<ReaderEnv> {
  const app = new Hono<ReaderEnv>()
  app.use(sendSafely())
  app.use(guardAccess(token))
  app.get('/', ({ req }) => {
    const query = listQuery(req.query())
    const main = listPage(source.current(), query, now())
    return pageResponse({ title: 'Conversations', main, version: source.version(), query })
  })
  app.get('/conversations/:id', ({ req }) => {
    const place = { entry: numberIn(req.query('entry')), part: numberIn(req.query('part')) }
    const view = conversationView(source.current(), req.param('id'), place)
    return pageResponse({ ...view, version: source.version() })
  })
  app.get('/conversations/:id/revisions', ({ req }) => {
    const view = revisionsView(source.current(), req.param('id'))
    return pageResponse({ ...view, version: source.version() })
  })
  app.get('/conversations/:id/files/:entry/:number/:name', ({ req }) => {
    const { id, entry, number } = req.param()
    const file = fileOfEntry(source.current(), id, numberIn(entry), numberIn(number))
    return file === undefined ? problemResponse(404, 'The entry has no such file') : fileResponse(file)
  })
  app.get('/overview', async () => {
    source.current()
    const state = await overview.read(source.path, source.version(), now())
    const main = 'overview' in state ? await overviewPage(state.overview) : countingMarkup(state)
    return pageResponse({
      title: 'Overview',
      main,
      version: source.version(),
      isUnfinished: !('overview' in state),
    })
  })
  app.get('/version', () => new Response(source.version(), { headers: { 'content-type': 'text/plain' } }))
  for (const [name, type] of Object.entries(assetTypes))
    app.get(`/assets/${name}`, () => assetResponse(siteAssets[name as keyof typeof siteAssets], type))
  app.notFound(() => problemResponse(404, 'There is no such page'))
  app.onError((thrown) => errorResponse(thrown))
  return app
}

/** Vega takes half a second to load, so only the overview does. */
async function overviewPage(overview: Overview): Promise<Markup> {
  return (await import('../export/html/overview-page.ts')).overviewPage(overview)
}

function countingMarkup({ counted, total }: { readonly counted: number; readonly total: number }): Markup {
  const progress = `${formatNumber(counted)} of ${plural(total, 'conversation')}`
  return html`<h1>Overview</h1>
<p class="notice" role="status">Counting: ${progress} so far. This page loads again by itself.</p>
`
}

const assetTypes: Readonly<Record<keyof typeof siteAssets, string>> = {
  'site.css': 'text/css; charset=utf-8',
  'site.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
}

async function assetResponse(path: string, type: string): Promise<Response> {
  return new Response(await readFile(path, 'utf8'), { headers: { 'content-type': type } })
}

/** A number from an address; 0 if it is none. */
function numberIn(text: string | undefined): number {
  const number = Number(text ?? 0)
  return Number.isSafeInteger(number) && number > 0 ? number : 0
}
