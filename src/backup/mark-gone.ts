import type { SeenRows } from '../archive/content/seen-rows.ts'
import { isHansardError } from '../errors.ts'
import { isFatal } from './fetch/fatal-errors.ts'
import type { FetchContext } from './fetch/fetcher.ts'
import { readRow } from './fetch/read-conversation.ts'
import { workThrough } from './worker-pool.ts'

/** What came of looking for conversations that were not listed. */
export interface GoneResult {
  /** How many were marked gone. */
  readonly gone: number
  /** False when something exists that was not listed: the listing can't have been complete after all. */
  readonly complete: boolean
  /** Why nothing was marked, or what else was odd. */
  readonly reason: string | undefined
}

/**
 * Marks as gone what a complete listing did not name and what is not there when asked for by its id either. Their
 * content stays. When more than a fifth of the archive would go, something else is wrong more likely (a filter, another
 * workspace, a service that is losing data): then nothing is marked until somebody says that it is so.
 */
export async function markGone(
  context: FetchContext,
  seen: SeenRows,
  acceptAll: boolean,
  concurrency: number,
): Promise<GoneResult> {
  const { archive } = context
  const missing = seen.notSeen()
  const live = archive.counts().conversations - archive.counts().gone
  if (missing.length * 5 > live && !acceptAll) {
    const reason = `${missing.length} of ${live} conversations are no longer listed, over 20 % of the archive, so none was marked gone. Check the key and its workspace; if this is expected, use --accept-gone`
    return { gone: 0, complete: true, reason }
  }
  const found = { gone: 0, present: 0, unknown: 0 }
  const ask = async (id: string) => {
    const state = await checkExistence(context, id)
    found[state]++
    if (state === 'gone') mark(context, id)
  }
  await workThrough(missing.values(), concurrency, ask, () => undefined)
  return { gone: found.gone, complete: found.present === 0, reason: incompleteReason(found) }
}

function incompleteReason({ present, unknown }: { present: number; unknown: number }): string | undefined {
  if (present > 0) return `${countConversations(present)} still exist but were not listed`
  return unknown > 0 ? `could not be told whether ${countConversations(unknown)} still exist` : undefined
}

function countConversations(conversations: number): string {
  return `${conversations} ${conversations === 1 ? 'conversation' : 'conversations'}`
}

function mark({ archive, run }: FetchContext, id: string): void {
  const at = new Date().toISOString()
  archive.soon(() => {
    archive.conversations.markGone(id, at)
    archive.events.add(
      { kind: 'gone', conversation: id, detail: 'no longer upstream; its content is kept' },
      run,
      at,
    )
  })
}

async function checkExistence(
  { client, signal }: FetchContext,
  id: string,
): Promise<'gone' | 'present' | 'unknown'> {
  try {
    await readRow(client, id, { signal })
    return 'present'
  } catch (thrown) {
    if (isHansardError(thrown, 'not-found')) return 'gone'
    if (isFatal(thrown) || signal.aborted) throw thrown
    return 'unknown'
  }
}
