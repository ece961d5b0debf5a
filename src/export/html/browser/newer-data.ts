/** Milliseconds between two looks. */
const INTERVAL = 15_000

/** Says when the archive has newer data than a served page. */
export function watchArchive(page: Document): void {
  const { version, versionAddress } = page.body.dataset
  const notice = page.querySelector<HTMLElement>('#newer')
  if (version === undefined || versionAddress === undefined || notice === null) return
  const look = async () => {
    if (page.hidden) return
    const now = await fetch(versionAddress).then(
      (response) => (response.ok ? response.text() : version),
      () => version, // the server has ended, which the next click will tell
    )
    notice.hidden = now === version
  }
  setInterval(() => void look(), INTERVAL)
  page.addEventListener('visibilitychange', () => void look())
}
