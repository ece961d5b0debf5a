import { wordsOf } from '../../../model/search/tokenizer.ts'
import { Shards, type FoundRow } from './load-shards.ts'

/** The most conversations that are shown, and milliseconds after the last key before a search begins. */
const MAX_SHOWN = 50
const PAUSE = 120

/** Searches a site without a server: finds the conversations with all words, the last of which may be the beginning of one. */
export function searchInShards(page: Document): void {
  const form = page.querySelector<HTMLFormElement>('form[data-shards]')
  const input = form?.querySelector<HTMLInputElement>('input[type=search]')
  if (form == null || input == null) return
  form.hidden = false
  const results = page.querySelector('#results')
  if (results === null) return leadToResults(form, input)
  const before = [...results.childNodes]
  const shards = new Shards(form.dataset['shards'] ?? '', page)
  let latest = 0
  let waiting: ReturnType<typeof setTimeout> | undefined
  const search = async () => {
    const own = ++latest
    const found = await find(shards, input.value).catch(() => undefined)
    if (own !== latest) return
    results.replaceChildren(...(found === undefined ? before : shownIn(page, found)))
  }
  input.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => void search(), PAUSE)
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void search()
  })
  input.value = new URL(page.location.href).searchParams.get('q') ?? ''
  if (input.value !== '') void search()
}

/** Opens the page that has the results. The policy lets no form be sent, and from disk there is nobody to send it to. */
function leadToResults(form: HTMLFormElement, input: HTMLInputElement): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const address = new URL(form.action)
    address.searchParams.set('q', input.value)
    location.assign(address)
  })
}

interface Found {
  readonly count: number
  readonly rows: readonly FoundRow[]
}

/** Returns undefined if there is nothing to search for. */
async function find(shards: Shards, text: string): Promise<Found | undefined> {
  const words = wordsOf(text)
  if (words.length === 0) return undefined
  const isOpen = /[\p{L}\p{N}]$/u.test(text)
  let numbers: number[] | undefined
  for (const [i, word] of words.entries()) {
    const those = new Set(await shards.numbersOf(word, isOpen && i === words.length - 1))
    numbers = numbers === undefined ? [...those] : numbers.filter((number) => those.has(number))
  }
  const newest = (numbers ?? []).reverse().slice(0, MAX_SHOWN)
  const rows = await Promise.all(newest.map((number) => shards.row(number)))
  return { count: numbers?.length ?? 0, rows: rows.filter((row) => row !== undefined) }
}

function shownIn(page: Document, { count, rows }: Found): Node[] {
  const about = element(page, 'p', 'about', aboutFound(count, rows.length))
  about.setAttribute('role', 'status')
  const list = element(page, 'ul', 'rows', '')
  for (const [path, title, what] of rows) {
    const item = element(page, 'li', 'row', '')
    const link = page.createElement('a')
    link.href = path.split('/').map(encodeURIComponent).join('/')
    link.dir = 'auto'
    link.textContent = title
    item.append(link, element(page, 'p', 'about', what))
    list.append(item)
  }
  return [about, list]
}

function aboutFound(count: number, shown: number): string {
  if (count === 0) return 'No conversation has all these words.'
  const what = count === 1 ? '1 conversation' : `${count.toLocaleString('en')} conversations`
  return count > shown ? `${what}; the newest ${shown}` : what
}

function element(page: Document, name: string, className: string, text: string): HTMLElement {
  const made = page.createElement(name)
  made.className = className
  made.textContent = text
  return made
}
