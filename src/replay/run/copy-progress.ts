import type { Copy } from '../../archive/ledger/replay-copies.ts'
import type { StoredRequest } from '../../archive/ledger/replay-requests.ts'
import { stringIn } from '../../model/entries/fields.ts'
import { tokensOf } from '../plan/estimate.ts'
import type { Mode } from '../plan/plan.ts'
import { readEntry } from '../plan/source.ts'
import type { OpenCall } from './call-results.ts'
import { canonicalArguments, mayBeGenerated } from './fingerprint.ts'
import type { RunContext } from './run-context.ts'

/** How far a copy is. */
export interface CopyProgress {
  /** The last of the plan's calls that was answered, from 0; -1: none. */
  readonly call: number
  /** The id under which it goes on; null while there is none. */
  readonly targetId: string | null
  /** How many entries it has. */
  readonly before: number
  /** Calls that wait for a result. */
  readonly openCalls: readonly OpenCall[]
  /** Places of the archived results that were given in this turn. */
  readonly used: readonly number[]
  /** About how many tokens it has: an append reads them all. */
  readonly tokens: number
}

/** Finds out from the receipts, and from the target where those do not say all, how far a copy is. */
export async function readProgress(
  { archive, reader }: RunContext,
  { id }: Copy,
  mode: Mode,
): Promise<CopyProgress | { readonly reason: string }> {
  const made = archive.replayRequests.ofCopy(id).filter(isDone)
  const last = made.at(-1)
  if (last === undefined) return { call: -1, targetId: null, before: 0, openCalls: [], used: [], tokens: 0 }
  const entries = await reader.entries(last.targetId)
  if (entries === undefined) return { reason: `${last.targetId} is no longer there` }
  const tail = entries.slice(last.before + last.inputs)
  if (!mayBeGenerated(tail)) return { reason: `somebody else continued ${last.targetId}` }
  const generated = entryIds(tail)
  if (generated.length !== last.generated?.length) {
    // It was found while it was still being answered.
    archive.transaction(() => archive.replayRequests.setGenerated(last.id, generated))
  }
  return {
    call: last.call,
    targetId: last.targetId,
    before: entries.length,
    openCalls: findOpenCalls(tail),
    used:
      mode === 'history'
        ? []
        : made.filter(({ call }) => call === last.call).flatMap(({ results }) => results),
    tokens: estimateEntries(entries),
  }
}

/** About how many tokens entries have. */
export function estimateEntries(entries: readonly string[]): number {
  return entries.reduce((sum, text) => sum + tokensOf(text), 0)
}

/** Calls among generated entries: nobody has answered them yet. */
export function findOpenCalls(generated: readonly string[]): OpenCall[] {
  return generated.map(readEntry).flatMap(({ type, fields }) =>
    type !== 'function.call'
      ? []
      : [
          {
            name: stringIn(fields.get('name')) ?? '',
            toolCallId: stringIn(fields.get('tool_call_id')) ?? '',
            arguments: canonicalArguments(fields),
          },
        ],
  )
}

/** A call at the end blocks the conversation over there until somebody answers it. */
export function describeOpenCalls(openCalls: readonly OpenCall[]): string | undefined {
  if (openCalls.length === 0) return undefined
  return `it ends with a call of ${openCalls.map(({ name }) => name).join(', ')}, and waits for the result`
}

/** The ids of entries; of one without, the empty word. */
export function entryIds(entries: readonly string[]): string[] {
  return entries.map((text, position) => readEntry(text, position).id ?? '')
}

/** A request that was done, as its receipt says. */
export type DoneRequest = StoredRequest & { readonly targetId: string }

/** Tells whether a request was done, answered or not. */
export function isDone(request: StoredRequest): request is DoneRequest {
  return (request.outcome === 'done' || request.outcome === 'found') && request.targetId !== null
}
