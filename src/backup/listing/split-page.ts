import { hash } from 'node:crypto'

import { HansardError, isHansardError, messageOf } from '../../errors.ts'
import type { FetchWindow, Window } from './listing-window.ts'

/** Number of adjacent rows that may be too large. If there are more, the service is at fault, not the rows. */
const MAX_ADJACENT_TOO_LARGE = 20

/** Makes the placeholder for a row that is too large to be read. */
type MakePlaceholder<Row> = (key: string, problem: unknown) => Row

/**
 * Reads a page that was too large in smaller and smaller pages, down to one row each. A single row that is too large is
 * replaced by a placeholder. The pieces are read one after the other, so together they prove nothing about the listing.
 *
 * @throws the same error if no single row is too large: then a smaller page size helps
 */
export async function readInPieces<Row extends { readonly key: string }>(
  ask: FetchWindow<Row>,
  placeholder: MakePlaceholder<Row>,
  window: Window,
  tooLarge: unknown,
): Promise<Row[]> {
  let tooLargeRows = 0
  const read = async (piece: Window, known?: unknown): Promise<Row[]> => {
    try {
      if (known === undefined) return await ask(piece)
    } catch (thrown) {
      if (!isHansardError(thrown, 'too-large')) throw thrown
      return read(piece, thrown)
    }
    if (piece.size === 1) {
      tooLargeRows++
      return [await placeholderFor(ask, placeholder, piece.page, known)]
    }
    const parts = smallestFactor(piece.size)
    const rows: Row[] = []
    for (let i = 0; i < parts; i++)
      rows.push(...(await read({ page: piece.page * parts + i, size: piece.size / parts })))
    return rows
  }
  const rows = await read(window, tooLarge)
  if (tooLargeRows === 0) throw tooLarge
  return rows
}

/**
 * The id of a row that cannot be read is unknown. Its placeholder is named after the row that follows it, so that the
 * next run recognizes it: new rows are added at the other end.
 */
async function placeholderFor<Row extends { readonly key: string }>(
  ask: FetchWindow<Row>,
  placeholder: MakePlaceholder<Row>,
  page: number,
  tooLarge: unknown,
): Promise<Row> {
  for (let distance = 1; distance <= MAX_ADJACENT_TOO_LARGE; distance++) {
    try {
      const [next] = await ask({ page: page + distance, size: 1 })
      const place = `${distance} before ${next?.key ?? 'the end'}`
      return placeholder(`row-${hash('sha256', place).slice(0, 16)}`, tooLargeAt(place, tooLarge))
    } catch (thrown) {
      if (!isHansardError(thrown, 'too-large')) throw thrown
    }
  }
  throw new HansardError(
    'unexpected-shape',
    `More than ${MAX_ADJACENT_TOO_LARGE} adjacent rows of the listing are too large: ${messageOf(tooLarge)}`,
    { hint: 'Check the base URL and the proxy. If it happens again, please report it.', cause: tooLarge },
  )
}

function tooLargeAt(place: string, tooLarge: unknown): HansardError {
  return new HansardError('too-large', `The row ${place} of the listing is too large: ${messageOf(tooLarge)}`)
}

function smallestFactor(size: number): number {
  for (let factor = 2; factor * factor <= size; factor++) if (size % factor === 0) return factor
  return size
}
