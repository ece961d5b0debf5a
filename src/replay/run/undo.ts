import type { ConversationsClient } from '../../api/client.ts'
import { systemClock } from '../../api/clock.ts'
import type { Archive } from '../../archive/archive.ts'
import type { Copy, CopyState } from '../../archive/ledger/replay-copies.ts'
import { isHansardError } from '../../errors.ts'
import { knownTarget } from '../identify-target.ts'
import { entryIds, isDone, type DoneRequest } from './copy-progress.ts'
import { fingerprintOf } from './fingerprint.ts'
import { TargetReader } from './target-reader.ts'

/** What undo did with one conversation of the target. `kept`: it is not as the receipts say. */
export interface Undone {
  /** The conversation at the source. */
  readonly id: string
  readonly targetId: string
  readonly what: 'would-delete' | 'deleted' | 'gone' | 'kept'
  readonly reason?: string
}

/** What to undo. Every option may be left out. */
export interface UndoOptions {
  /** Only copies of these conversations (ids at the source). */
  readonly ids?: readonly string[] | undefined
  /** Only copies with this label. */
  readonly label?: string | undefined
  /** Delete. Default: only report what would be deleted. */
  readonly doIt?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** States of copies for which something may exist at the target. */
const states: readonly CopyState[] = ['done', 'diverged', 'pending', 'failed', 'open', 'uncertain']

/**
 * Deletes the copies that this archive created, according to its receipts, and that are unchanged: each is read right
 * before it is deleted. Copies by another archive and uncertain ones are kept. Hold the archive's lock while it runs.
 *
 * @param client a client of the target account
 * @param archive open for writing
 * @throws HansardError `usage` if the archive has no copy in this account; otherwise the error of the request that
 * failed
 */
export async function* undoReplay(
  client: ConversationsClient,
  archive: Archive,
  options: UndoOptions = {},
): AsyncGenerator<Undone, void, undefined> {
  const { ids, label, signal = new AbortController().signal } = options
  const target = await knownTarget(client, archive, signal)
  const reader = new TargetReader(client, signal, systemClock)
  for (const state of states) {
    for (const copy of archive.replayCopies.inState(target.id, state)) {
      if (ids !== undefined && !ids.includes(copy.conversation)) continue
      if (label !== undefined && copy.label !== label) continue
      const made = archive.replayRequests.ofCopy(copy.id).filter(isDone)
      let isAnyKept = state === 'open' || state === 'uncertain'
      if (isAnyKept)
        yield { id: copy.conversation, targetId: copy.targetId ?? '?', what: 'kept', reason: UNKNOWN_STATE }
      for (const chain of isAnyKept ? [] : chainsOf(made)) {
        const one = await undoConversation(client, reader, copy, chain, options)
        if (one.what === 'kept') isAnyKept = true
        yield one
      }
      if (options.doIt === true && made.length > 0 && !isAnyKept) {
        archive.transaction(() => archive.replayCopies.undo(copy.id, new Date().toISOString()))
      }
    }
  }
}

const UNKNOWN_STATE = 'it is unknown what exists: run the replay again, or decide with --resolve'

/** All requests that a conversation contains, and the last of them. */
interface Chain {
  readonly requests: readonly DoneRequest[]
  readonly last: DoneRequest
}

/** A chain for each conversation that the requests made. Newest first, since it continues the others. */
function chainsOf(made: readonly DoneRequest[]): Chain[] {
  return made
    .map((last, i) => ({ requests: made.slice(0, i + 1), last }))
    .filter(({ last }, i) => made.findLastIndex(({ targetId }) => targetId === last.targetId) === i)
    .reverse()
}

async function undoConversation(
  client: ConversationsClient,
  reader: TargetReader,
  { conversation: id }: Copy,
  chain: Chain,
  { doIt, signal }: UndoOptions,
): Promise<Undone> {
  const { targetId } = chain.last
  if (chain.requests.some(({ isForeign }) => isForeign)) {
    return { id, targetId, what: 'kept', reason: 'another archive began it' }
  }
  const entries = await reader.entries(targetId)
  if (entries === undefined) return { id, targetId, what: 'gone' }
  if (!isUnchanged(entries, chain)) {
    return { id, targetId, what: 'kept', reason: 'it was changed after it was made' }
  }
  if (doIt !== true) return { id, targetId, what: 'would-delete' }
  try {
    await client.delete(targetId, { signal })
  } catch (thrown) {
    if (!isHansardError(thrown, 'not-found')) throw thrown
  }
  return { id, targetId, what: 'deleted' }
}

/** Returns whether a conversation has exactly what was sent and what its receipt says was generated last. */
function isUnchanged(entries: readonly string[], { requests, last }: Chain): boolean {
  const tail = entries.slice(last.before + last.inputs)
  const isSent = requests.every(
    ({ before, inputs, fingerprint }) =>
      fingerprintOf(entries.slice(before, before + inputs)) === fingerprint,
  )
  return isSent && JSON.stringify(entryIds(tail)) === JSON.stringify(last.generated ?? [])
}
