import { posix } from 'node:path'

import { pathTemplate } from '../output/path-template.ts'
import type { SiteLinks } from './document.ts'
import type { HistoryPlace } from './history-nav.ts'

/** The path of a conversation's pages in a site, without extension. */
export const conversationPath = pathTemplate('{year}/{month}/{day}-{name}')

/** The folder of all conversations in a site. */
export const CONVERSATIONS = 'conversations'

/** The path of the page with charts. */
export const OVERVIEW = 'overview.html'

/** The path of a page of a conversation: its first page has the plain name. */
export function historyPath(path: string, { page, part }: HistoryPlace): string {
  const from = page.from === 0 ? '' : `.from-${page.from}`
  return `${path}${from}${part === 1 ? '' : `.part-${part}`}.html`
}

/** The path of the page of a conversation's revisions. */
export function revisionsPath(path: string): string {
  return `${path}.revisions.html`
}

/** The links of a page to what all pages share. */
export function siteLinks(pagePath: string): SiteLinks {
  const root = rootFrom(pagePath)
  return {
    home: `${root}index.html`,
    overview: `${root}${OVERVIEW}`,
    assets: `${root}assets/`,
  }
}

/** The folder of the search index in a site. */
export const SEARCH = 'search'

/** The path from a page to the folder of the site: empty, or ending with a slash. */
export function rootFrom(pagePath: string): string {
  return '../'.repeat(pagePath.split('/').length - 1)
}

/** The relative address of a file of a site from a page. */
export function addressFrom(pagePath: string, path: string): string {
  const relative = posix.relative(posix.dirname(pagePath), path)
  return relative.split('/').map(encodeURIComponent).join('/')
}
