/** A part of the listing as the API can be asked for it: rows from `page * size` on. */
export interface Window {
  readonly page: number
  readonly size: number
}

/**
 * Chooses the window that brings the most new rows and still begins on `overlap` rows already seen. The API takes only
 * multiples of the page size as offsets, so the size is chosen along with the page. Very small sizes can all meet at
 * one row, so that no window spans it: then there is none.
 *
 * @param frontier index of the last row seen
 * @param granted the largest size that the server was seen to grant
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

/** The window of full size that begins at or shortly before an index. */
export function windowAt(index: number, granted: number): Window {
  return { page: Math.floor(Math.max(0, index) / granted), size: granted }
}

/** The index of a window's first row. */
export function startOf({ page, size }: Window): number {
  return page * size
}

function endOf({ page, size }: Window): number {
  return (page + 1) * size
}
