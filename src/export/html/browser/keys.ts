/** What `j` and `k` go through: the conversations of a list, or the entries of a page. */
const STOPS = '.row > a, .entry'

/** Listens to the keys of the footer, except where one types. */
export function listenToKeys(page: Document): void {
  page.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const isHandled = isTyping(event.target) ? leaveField(event) : act(page, event.key)
    if (isHandled) event.preventDefault()
  })
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea')
}

function leaveField({ key, target }: KeyboardEvent): boolean {
  if (key !== 'Escape' || !(target instanceof HTMLElement)) return false
  target.blur()
  return true
}

function act(page: Document, key: string): boolean {
  const stops = [...page.querySelectorAll<HTMLElement>(STOPS)]
  const at = stops.findIndex((stop) => stop.contains(page.activeElement))
  switch (key) {
    case 'j':
      return goTo(stops[at + 1])
    case 'k':
      return goTo(stops[Math.max(0, at - 1)])
    case 'g':
      return goTo(stops[0])
    case 'G':
      return goTo(stops.at(-1))
    case '/':
      return goTo(page.querySelector<HTMLElement>('input[type=search]'))
    case 'Escape':
      return goUp(page)
    default:
      return false
  }
}

function goTo(stop: HTMLElement | null | undefined): boolean {
  stop?.focus({ preventScroll: true })
  stop?.scrollIntoView({ block: 'nearest' })
  return stop != null
}

/** Leaves an entry, or else the page for the list of conversations. */
function goUp(page: Document): boolean {
  const { activeElement, body } = page
  if (activeElement instanceof HTMLElement && activeElement !== body) activeElement.blur()
  else page.querySelector<HTMLAnchorElement>('header.site a')?.click()
  return true
}
