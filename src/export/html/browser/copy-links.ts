/** Milliseconds for which a message stays. */
const SHOWN = 2000

/** Copies the address of an entry when its number is clicked; the browser goes there as well. */
export function copyLinks(page: Document): void {
  const status = page.createElement('p')
  status.id = 'copied'
  status.className = 'toast'
  status.setAttribute('role', 'status')
  page.querySelector('main')?.append(status)
  page.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a.link') : null
    if (link === null || !('clipboard' in navigator)) return
    void navigator.clipboard.writeText(link.href).then(
      () => say(status, 'Link copied'),
      () => undefined, // not allowed here; the address is in the bar of the browser
    )
  })
}

function say(status: HTMLElement, text: string): void {
  status.textContent = text
  setTimeout(() => (status.textContent = ''), SHOWN)
}
