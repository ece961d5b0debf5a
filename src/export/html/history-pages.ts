/** A page of a history: positions of its first and last entry. A large entry has a page of its own, in one part or more. */
export interface HistoryPage {
  readonly from: number
  readonly to: number
  readonly isLarge: boolean
}

/** The most entries, and bytes of JSON, on a page: a browser lays it out in a fraction of a second. */
const MAX_ENTRIES = 100
const MAX_BYTES = 256 * 1024

/** Divides a history into pages, from the sizes of its entries in bytes. An empty history has one empty page. */
export function historyPages(sizes: readonly number[]): HistoryPage[] {
  const pages: HistoryPage[] = []
  let from = 0
  let bytes = 0
  const endBefore = (position: number) => {
    if (position > from) pages.push({ from, to: position - 1, isLarge: false })
    from = position
    bytes = 0
  }
  for (const [position, size] of sizes.entries()) {
    if (position - from === MAX_ENTRIES || bytes + size > MAX_BYTES) endBefore(position)
    bytes += size
    if (size <= MAX_BYTES) continue
    pages.push({ from: position, to: position, isLarge: true })
    from = position + 1
    bytes = 0
  }
  endBefore(sizes.length)
  return pages.length > 0 ? pages : [{ from: 0, to: -1, isLarge: false }]
}

/** The index of the page with an entry; that of the last page if there is no such entry. */
export function pageWith(pages: readonly HistoryPage[], position: number): number {
  const index = pages.findIndex(({ to }) => to >= position)
  return index === -1 ? pages.length - 1 : index
}
