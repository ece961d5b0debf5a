import { setImmediate as nextTurn } from 'node:timers/promises'

import type { Archive } from '../archive/archive.ts'
import { isHansardError, messageOf } from '../errors.ts'

/**
 * Puts what a run stored into the search index, a batch at a time, until all is in it or the run is told to stop: what
 * is left then waits for the next run.
 *
 * @returns why it could not be filled; undefined if nothing is wrong
 */
export async function fillSearch(archive: Archive, signal: AbortSignal): Promise<string | undefined> {
  const { searchIndex } = archive
  try {
    archive.transaction(() => searchIndex.retryUnindexed({ all: false }))
    while (!signal.aborted && archive.transaction(() => searchIndex.addSome())) await nextTurn()
    const left = searchIndex.unindexed.count({ isOpen: true })
    if (left === 0) return undefined
    return `${left} ${left === 1 ? 'text' : 'texts'} could not be put into the search index: see \`hansard status\``
  } catch (thrown) {
    // No text is lost by it, and a run that stored everything is worth more than its index.
    if (isHansardError(thrown) && thrown.code !== 'archive-damaged') throw thrown
    const why = isHansardError(thrown) ? '' : ` (${messageOf(thrown)})`
    return `the search index could not be filled${why}: see \`hansard verify\``
  }
}
