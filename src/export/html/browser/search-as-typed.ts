/** Milliseconds after the last key before a search begins. */
const PAUSE = 120

/** Sends the search of a served page while one types, and shows its results in place of those before. */
export function searchAsTyped(page: Document): void {
  const form = page.querySelector<HTMLFormElement>('form[data-live]')
  const results = page.querySelector('#results')
  if (form === null || results === null) return
  let waiting: ReturnType<typeof setTimeout> | undefined
  let latest: AbortController | undefined
  const search = async () => {
    latest?.abort()
    latest = new AbortController()
    const address = addressOf(form)
    const found = await resultsAt(address, latest.signal).catch(() => undefined)
    if (found === undefined) return
    page.querySelector('#results')?.replaceWith(page.adoptNode(found))
    history.replaceState(null, '', address)
  }
  form.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => void search(), PAUSE)
  })
}

function addressOf(form: HTMLFormElement): URL {
  const address = new URL(form.action)
  for (const [name, value] of new FormData(form))
    if (typeof value === 'string' && value !== '') address.searchParams.set(name, value)
  return address
}

/** Reads the results of a page. A parsed document runs no script and loads nothing. */
async function resultsAt(address: URL, signal: AbortSignal): Promise<Element | undefined> {
  const response = await fetch(address, { signal })
  const parsed = new DOMParser().parseFromString(await response.text(), 'text/html')
  return parsed.querySelector('#results') ?? undefined
}
