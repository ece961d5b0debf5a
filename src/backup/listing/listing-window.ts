/** A page of the listing: `size` rows from index `page * size` on. */
export interface Window {
  readonly page: number
  readonly size: number
}

/** Fetches the rows of a window. */
export type FetchWindow<Row> = (window: Window) => Promise<Row[]>

/**
 * Chooses the window that returns the most new rows and still begins with `overlap` rows already seen. An offset is always
 * a multiple of the page size, so the size is chosen together with the page. With very small sizes, all windows can
 * end at the same row, so that none spans it: then undefined is returned.
 *
 * @param frontier index of the last row seen
 * @param granted the largest number of rows that the server has returned for a page
 */
export function nextWindow(frontier: number, granted: number, overlap: number): Window | undefined {
  const start = Math.max(0, frontier - overlap + 1)
  let best: Window | undefined
  for (let size = granted; size > overlap; size--) {
    const candidate = { page: Math.floor(start / size), size }
    if (endOf(candidate) > (best ? endOf(best) : frontier + 1)) best = candidate
  }
  return best
}

/** Returns the window of full size that begins at an index, or shortly before it. */
export function windowAt(index: number, granted: number): Window {
  return { page: Math.floor(Math.max(0, index) / granted), size: granted }
}

/** Returns the index of the first row of a window. */
export function startOf({ page, size }: Window): number {
  return page * size
}

function endOf({ page, size }: Window): number {
  return (page + 1) * size
}
