import type { ConversationsClient } from '../../api/client.ts'
import type { Archive } from '../../archive/archive.ts'
import type { Selection } from '../../archive/content/selection.ts'
import type { RunEnd } from '../../archive/journal/runs.ts'
import type { ArchiveLock } from '../../archive/sqlite/archive-lock.ts'
import { messageOf } from '../../errors.ts'
import { plural } from '../../model/plural.ts'
import { StepCounter, type StepProgress } from '../../model/step-progress.ts'
import { version } from '../../own-files.ts'
import { foreignAccountError, identifyAccount } from '../account-identity.ts'
import { workThrough } from '../worker-pool.ts'
import { reasonToKeep } from './pruning-plan.ts'
import { Pruner, type Pruned } from './pruner.ts'

/** Options of a pruning. */
export interface PruneOptions {
  /** What to delete upstream; conversations that are marked gone are left out. */
  readonly selection: Selection
  readonly concurrency: number
  /** Held by this process; confirmed before each deletion. */
  readonly lock: Pick<ArchiveLock, 'confirm'>
  readonly signal: AbortSignal
  /** Called for each conversation. */
  readonly onPruned: (pruned: Pruned) => void | Promise<void>
  readonly onProgress?: ((step: StepProgress<'prune'>) => void) | undefined
}

/**
 * Deletes conversations from the account that the archive has exactly as they are there: each is read and compared right before it
 * is deleted. The intent, with hashes of what is archived, is on the disk before the request is sent; if the process is killed,
 * the next pruning finds out what became of it. What is deleted stays in the archive and is marked gone.
 *
 * @param archive open for writing, and locked
 * @throws HansardError `another-account`, `key-refused`, `interrupted` and others that end the whole run
 */
export async function prune(
  client: ConversationsClient,
  archive: Archive,
  options: PruneOptions,
): Promise<void> {
  const { selection, concurrency, onPruned } = options
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, options.signal])
  const account = await identifyAccount(client, archive, signal)
  if (account === 'foreign') throw foreignAccountError(archive.path)

  const run = archive.transaction(() => beginRun(client, archive))
  const counts = { deleted: 0, kept: 0 }
  const report = async (pruned: Pruned) => {
    if (pruned.what === 'deleted' || pruned.what === 'gone') counts.deleted++
    if (pruned.what === 'kept') counts.kept++
    await onPruned(pruned)
  }
  const pruner = new Pruner({ client, archive, run, signal }, options.lock)
  try {
    for (const open of archive.deletions.open()) {
      const settled = await pruner.settle(open)
      if (settled !== undefined) await report(settled)
    }
    const steps = new StepCounter<'prune'>((step) => options.onProgress?.(step))
    steps.begin('prune', archive.conversations.countSelected(selection))
    const pruneOne = async (id: string) => {
      signal.throwIfAborted()
      const reason = reasonToKeep(archive, id, selection)
      await report(reason === undefined ? await pruner.prune(id) : { id, what: 'kept', reason })
      steps.add()
    }
    const ids = archive.conversations.collectedIds(selection)
    await workThrough(ids, concurrency, pruneOne, () => stop.abort())
    endRun(client, archive, run, counts, outcomeOf(counts))
  } catch (thrown) {
    const outcome = options.signal.aborted ? 'interrupted' : 'failed'
    endRun(client, archive, run, counts, { outcome, reason: messageOf(thrown) })
    throw thrown
  }
}

function outcomeOf({ kept }: { readonly kept: number }): Pick<RunEnd, 'outcome' | 'reason'> {
  if (kept === 0) return { outcome: 'done', reason: undefined }
  return { outcome: 'partial', reason: `${plural(kept, 'conversation')} kept` }
}

function beginRun(client: ConversationsClient, archive: Archive): number {
  const startedAt = new Date().toISOString()
  return archive.runs.begin({ command: 'prune', hansard: version, baseUrl: client.baseUrl, startedAt })
}

function endRun(
  { counters }: ConversationsClient,
  archive: Archive,
  run: number,
  { deleted }: { readonly deleted: number },
  how: Pick<RunEnd, 'outcome' | 'reason'>,
): void {
  const none = { listed: 0, new: 0, updated: 0, unchanged: 0, failed: 0, vanished: 0, compared: 0 }
  const { requests, retries, bytes, requestsByKind } = counters
  archive.transaction(() =>
    archive.runs.end(run, new Date().toISOString(), {
      ...how,
      complete: null,
      books: { ...none, gone: deleted, requests, retries, bytes },
      requestsByKind,
    }),
  )
}
