import type { SeenRows } from '../archive/content/seen-rows.ts'
import { formatNumber, plural } from '../model/plural.ts'
import type { StepCounter } from '../model/step-progress.ts'
import { exists } from './account-identity.ts'
import type { BackupStep, WorkEnd } from './backup-options.ts'
import { isFatal } from './fetch/fatal-errors.ts'
import type { FetchContext } from './fetch/fetcher.ts'
import { workThrough } from './worker-pool.ts'

/** How to look up what a listing does not contain. */
interface LookUpOptions {
  readonly concurrency: number
  /** Mark conversations as gone however many they are. */
  readonly acceptAll: boolean
  readonly steps: StepCounter<BackupStep>
}

/**
 * Marks conversations as gone that a complete listing does not contain and that `get` returns 404 for. Their content is
 * kept. If they were more than a fifth of the archive, another cause is more likely (a filter, another workspace, a
 * service that is losing data), so nothing is marked until the user confirms it.
 *
 * @returns the number of conversations marked, and why others were not; `complete` is false if a conversation exists that
 *   was not listed: then the listing was not complete after all
 */
export async function markGone(
  context: FetchContext,
  seen: SeenRows,
  { concurrency, acceptAll, steps }: LookUpOptions,
): Promise<WorkEnd & { readonly gone: number }> {
  const { archive } = context
  const missing = seen.notSeen()
  const live = archive.counts().conversations - archive.counts().gone
  if (missing.length * 5 > live && !acceptAll) {
    const reason = `${formatNumber(missing.length)} of ${plural(live, 'conversation')} are no longer listed, over 20 % of the archive, so none was marked gone. Check the key and its workspace; if this is expected, use --accept-gone`
    return { gone: 0, complete: true, reason }
  }
  const found = { gone: 0, present: 0, unknown: 0 }
  const ask = async (id: string) => {
    const state = await lookUp(context, id)
    found[state]++
    if (state === 'gone') mark(context, id)
    steps.add()
  }
  if (missing.length > 0) steps.begin('look-up', missing.length)
  await workThrough(missing.values(), concurrency, ask)
  return { gone: found.gone, complete: found.present === 0, reason: incompleteReason(found) }
}

function incompleteReason({ present, unknown }: { present: number; unknown: number }): string | undefined {
  if (present > 0) return `the listing missed ${plural(present, 'existing conversation')}`
  return unknown > 0 ? `could not look up ${plural(unknown, 'unlisted conversation')}` : undefined
}

function mark({ archive, run }: FetchContext, id: string): void {
  const at = new Date().toISOString()
  archive.soon(() => {
    archive.conversations.markGone(id, at)
    const detail = 'no longer upstream; its content is kept'
    archive.events.add({ kind: 'gone', conversation: id, detail }, run, at)
  })
}

async function lookUp({ client, signal }: FetchContext, id: string): Promise<'gone' | 'present' | 'unknown'> {
  try {
    return (await exists(client, id, signal)) ? 'present' : 'gone'
  } catch (thrown) {
    if (isFatal(thrown) || signal.aborted) throw thrown
    return 'unknown'
  }
}
