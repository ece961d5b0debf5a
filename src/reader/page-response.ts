import { isHansardError, messageOf, type ErrorCode } from '../errors.ts'
import { documentMarkup } from '../export/html/document.ts'
import { html, type Markup } from '../export/html/markup.ts'
import { visibleText } from '../export/html/visible-text.ts'
import type { ListQuery } from './list-query.ts'
import { searchForm } from './search-form.ts'

/** A page of the reader. */
export interface ServedPage {
  readonly title: string
  readonly main: Markup
  /** The state of the archive that it shows; undefined if it cannot be read. */
  readonly version?: string | undefined
  /** What the list on the page shows. */
  readonly query?: ListQuery
  readonly status?: number
  /** It says how far something is, and loads itself again. */
  readonly isUnfinished?: boolean
}

/** Sends a page. */
export function pageResponse(served: ServedPage): Response {
  const { title, main, version = '', query, status = 200, isUnfinished = false } = served
  const page = documentMarkup({
    title: `${title} – hansard`,
    main,
    site: { home: '/', overview: '/overview', assets: '/assets/' },
    search: searchForm(query ?? {}),
    served: { version, versionAddress: '/version' },
  })
  const headers = { 'content-type': 'text/html; charset=utf-8', ...(isUnfinished && { refresh: '1' }) }
  return new Response(page.toString(), { status, headers })
}

/** Sends a page that says what is wrong and what to do. */
export function errorResponse(thrown: unknown): Response {
  if (!isHansardError(thrown)) return problemResponse(500, messageOf(thrown))
  return problemResponse(statuses[thrown.code] ?? 500, thrown.message, thrown.hint)
}

/** Sends a page that says what is wrong and what to do. */
export function problemResponse(status: number, message: string, hint?: string): Response {
  return pageResponse({ title: 'Cannot show this', main: problemMarkup(message, hint, 'h1'), status })
}

/** Renders what is wrong and what to do. */
export function problemMarkup(message: string, hint: string | undefined, level?: 'h1'): Markup {
  return html`${level && html`<h1>This cannot be shown</h1>`}
    <p class="error" role="alert">${visibleText(message)}.</p>
    ${hint && html`<p>${visibleText(hint)}</p>`}`
}

/** The status of a response for an error; 500 for any other. */
const statuses: Partial<Record<ErrorCode, number>> = {
  usage: 400,
  'not-found': 404,
  'not-indexed': 404,
  'not-an-archive': 503,
  'archive-locked': 503,
}
