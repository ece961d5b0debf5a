import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Archive } from '../archive/archive.ts'
import { isHansardError, messageOf } from '../errors.ts'
import { plural } from '../model/plural.ts'
import type { StepCounter } from '../model/step-progress.ts'
import type { BackupStep } from './backup-options.ts'

/**
 * Adds what a run stored to the search index, a batch at a time. If the run is stopped, the next run adds the rest.
 *
 * @returns why the index is not complete; undefined if it is
 */
export async function fillSearch(
  archive: Archive,
  steps: StepCounter<BackupStep>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { searchIndex } = archive
  try {
    archive.transaction(() => searchIndex.retryUnindexed({ all: false }))
    steps.begin('index', searchIndex.left())
    const addSome = () => {
      const before = searchIndex.left()
      const isMore = searchIndex.addSome()
      steps.add(before - searchIndex.left())
      return isMore
    }
    while (!signal.aborted && archive.transaction(addSome)) await nextTurn()
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
