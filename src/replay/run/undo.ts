import type { ConversationsClient } from '../../api/client.ts'
import { systemClock } from '../../api/clock.ts'
import type { Archive } from '../../archive/archive.ts'
import type { Copy, CopyState } from '../../archive/ledger/replay-copies.ts'
import { isHansardError } from '../../errors.ts'
import { knownTarget } from '../identify-target.ts'
import { idsOf, isMade, type MadeRequest } from './copy-progress.ts'
import { fingerprintOf } from './fingerprint.ts'
import { TargetReader } from './target-reader.ts'

/** What undo found about one conversation of the target. `kept`: it is not as this archive's receipts say. */
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

/** Where the receipts may tell of something that was created. */
const states: readonly CopyState[] = ['done', 'diverged', 'pending', 'failed', 'open', 'uncertain']

/**
 * Deletes what this archive's receipts say it created, and what is unchanged: each conversation is read right before it
 * is deleted. What another archive made, and what nobody is certain of, is left alone.
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
      const made = archive.replayRequests.ofCopy(copy.id).filter(isMade)
      let isAnyKept = state === 'open' || state === 'uncertain'
      if (isAnyKept)
        yield { id: copy.conversation, targetId: copy.targetId ?? '?', what: 'kept', reason: UNKNOWN }
      for (const chain of isAnyKept ? [] : chainsOf(made)) {
        const one = await undoOne(client, reader, copy, chain, options)
        if (one.what === 'kept') isAnyKept = true
        yield one
      }
      if (options.doIt === true && made.length > 0 && !isAnyKept) {
        archive.transaction(() => archive.replayCopies.undo(copy.id, new Date().toISOString()))
      }
    }
  }
}

const UNKNOWN = 'nobody knows yet what is there: run the replay again, or tell with --resolve'

/** For each conversation that the requests made, all that stands in it. The newest first: it goes on from the others. */
function chainsOf(made: readonly MadeRequest[]): (readonly [MadeRequest, ...MadeRequest[]])[] {
  const last = new Map(made.map((request, i) => [request.targetId, i]))
  return [...last.values()]
    .sort((a, b) => b - a)
    .map((i) => made.slice(0, i + 1) as [MadeRequest, ...MadeRequest[]])
}

async function undoOne(
  client: ConversationsClient,
  reader: TargetReader,
  { conversation: id }: Copy,
  chain: readonly [MadeRequest, ...MadeRequest[]],
  { doIt, signal }: UndoOptions,
): Promise<Undone> {
  const { targetId } = chain.at(-1) ?? chain[0]
  if (chain.some(({ isForeign }) => isForeign)) {
    return { id, targetId, what: 'kept', reason: 'another archive has begun it' }
  }
  const entries = await reader.entries(targetId)
  if (entries === undefined) return { id, targetId, what: 'gone' }
  if (!isUnchanged(entries, chain)) {
    return { id, targetId, what: 'kept', reason: 'it is not as it was when it was made' }
  }
  if (doIt !== true) return { id, targetId, what: 'would-delete' }
  try {
    await client.delete(targetId, { signal })
  } catch (thrown) {
    if (!isHansardError(thrown, 'not-found')) throw thrown
  }
  return { id, targetId, what: 'deleted' }
}

/** Everything that was sent stands there, what was generated last is what the receipt says, and nothing follows. */
function isUnchanged(entries: readonly string[], chain: readonly [MadeRequest, ...MadeRequest[]]): boolean {
  const last = chain.at(-1) ?? chain[0]
  const generated = last.generated ?? []
  const end = last.before + last.inputs
  const isSent = chain.every(
    ({ before, inputs, fingerprint }) =>
      fingerprintOf(entries.slice(before, before + inputs)) === fingerprint,
  )
  return isSent && JSON.stringify(idsOf(entries.slice(end))) === JSON.stringify(generated)
}
