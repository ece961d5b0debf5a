import { monthOf } from '../../model/instant.ts'
import { plural } from '../../model/plural.ts'
import type { ExportedConversation } from '../format.ts'
import { conversationRows, type ConversationRow } from './conversation-rows.ts'
import { html, type Markup } from './markup.ts'
import { addressFrom } from './site-paths.ts'

/** Writes a page of the site. */
type WritePage = (path: string, title: string, main: Markup) => Promise<void>

/** The most conversations on a page of a month, and on the first page. */
const MAX_ROWS = 200
const NEWEST = 50

/** A conversation that is listed, with the path of its page. */
type Listed = Omit<ConversationRow, 'address'> & { readonly path: string }

/** A month: its name, and its pages with their numbers of conversations. */
interface Month {
  readonly name: string
  readonly pages: number[]
}

/**
 * Lists conversations by month of creation, newest first, and at last on the page where a reader begins. They come oldest first, so each
 * page of a month is written when it is full, and no more than a page is in memory.
 */
export function openMonths(write: WritePage) {
  const months: Month[] = []
  let rows: Listed[] = []
  let newest: Listed[] = []
  const writeRows = async () => {
    const month = months.at(-1)
    if (month === undefined || rows.length === 0) return
    month.pages.push(rows.length)
    const path = monthPath(month, month.pages.length)
    const title = titleOf(month, month.pages.length)
    await write(
      path,
      title,
      html`<h1>${title}</h1>
        ${rowsFrom(path, rows)}`,
    )
    rows = []
  }
  return {
    async add({ createdAt, goneAt }: ExportedConversation, listed: Omit<Listed, 'goneAt'>): Promise<void> {
      const name = createdAt === null ? UNDATED : monthOf(createdAt)
      if (name !== months.at(-1)?.name) {
        await writeRows()
        months.push({ name, pages: [] })
      }
      if (rows.length === MAX_ROWS) await writeRows()
      const row = { ...listed, goneAt }
      rows.push(row)
      newest = [...newest.slice(1 - NEWEST), row]
    },
    async end(): Promise<void> {
      await writeRows()
      await write('index.html', 'Conversations', homeMarkup(months, newest))
    },
  }
}

const UNDATED = 'undated'

function homeMarkup(months: readonly Month[], newest: readonly Listed[]): Markup {
  const total = months.reduce((sum, month) => sum + countOf(month), 0)
  if (total === 0)
    return html`<h1>Conversations</h1>
      <p class="none">No conversation was selected.</p>
`
  return html`<h1>Conversations</h1>
    <p class="about">${plural(total, 'conversation')}</p>
    <div id="results">
      <h2>Newest</h2>
      ${rowsFrom('index.html', newest)}
      <h2>By month of creation</h2>
      <ul class="months">
        ${[...months].reverse().map(monthMarkup)}
      </ul>
    </div>
`
}

/** Links to the pages of a month, newest first. */
function monthMarkup(month: Month): Markup {
  const count = html`<span class="about">${plural(countOf(month), 'conversation')}</span>`
  const links = month.pages.map((_, i) => {
    const label = i === 0 ? nameOf(month) : `part ${i + 1}`
    return html`<a href="${monthPath(month, i + 1)}">${label}</a>
`
  })
  return html`<li>${links.reverse()}${count}</li>`
}

function countOf({ pages }: Month): number {
  return pages.reduce((sum, count) => sum + count, 0)
}

function rowsFrom(page: string, rows: readonly Listed[]): Markup {
  return conversationRows(
    rows.map(({ path, ...row }) => ({ ...row, address: addressFrom(page, path) })).reverse(),
  )
}

function monthPath({ name }: Month, number: number): string {
  return number === 1 ? `months/${name}.html` : `months/${name}.${number}.html`
}

function titleOf(month: Month, number: number): string {
  return number === 1 ? nameOf(month) : `${nameOf(month)}, part ${number}`
}

function nameOf({ name }: Month): string {
  return name === UNDATED ? 'Without a date' : name
}
