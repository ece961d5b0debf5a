import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Archive } from '../archive/archive.ts'
import { isHansardError, messageOf } from '../errors.ts'
import { plural } from '../model/plural.ts'

/**
 * Adds what a run stored to the search index, a batch at a time. If the run is stopped, the next run adds the rest.
 *
 * @returns why the index is not complete; undefined if it is
 */
export async function fillSearch(archive: Archive, signal: AbortSignal): Promise<string | undefined> {
  const { searchIndex } = archive
  try {
    archive.transaction(() => searchIndex.retryUnindexed({ all: false }))
    while (!signal.aborted && archive.transaction(() => searchIndex.addSome())) await nextTurn()
    const left = searchIndex.unindexed.count({ isOpen: true })
    if (left === 0) return undefined
    return `${plural(left, 'text')} could not be indexed: see \`hansard status\``
  } catch (thrown) {
    // No text is lost, and the run has stored everything: report the fault instead of failing the run.
    if (isHansardError(thrown) && thrown.code !== 'archive-damaged') throw thrown
    const why = isHansardError(thrown) ? '' : ` (${messageOf(thrown)})`
    return `the search index could not be filled${why}: see \`hansard verify\``
  }
}
