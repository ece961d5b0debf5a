import { setImmediate as nextTurn } from 'node:timers/promises'

import type { Archive } from '../archive/archive.ts'
import { isHansardError } from '../errors.ts'

/**
 * Puts what a run stored into the search index, a batch at a time, until all is in it or the run is told to stop: what
 * is left then waits for the next run.
 *
 * @returns why it could not be filled; undefined if nothing is wrong
 */
export async function fillSearch(archive: Archive, signal: AbortSignal): Promise<string | undefined> {
  try {
    while (!signal.aborted && archive.transaction(() => archive.searchIndex.addSome())) await nextTurn()
    return undefined
  } catch (thrown) {
    // No text is lost by it, and a run that stored everything is worth more than its index.
    if (!isHansardError(thrown, 'archive-damaged')) throw thrown
    return 'the search index could not be filled: see `hansard verify`'
  }
}
