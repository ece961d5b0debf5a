import type { Copy } from '../../archive/ledger/replay-copies.ts'
import type { StoredRequest } from '../../archive/ledger/replay-requests.ts'
import { tokensOf } from '../../model/entries/estimate-tokens.ts'
import { stringIn } from '../../model/entries/fields.ts'
import { readEntry } from '../plan/source.ts'
import type { OpenCall } from './call-results.ts'
import { canonicalArguments, mayBeGenerated } from './fingerprint.ts'
import type { RunContext } from './run-context.ts'

/** How far a copy has come. */
export interface CopyProgress {
  /** The last of the plan's calls that was answered, from 0; -1 for none. */
  readonly call: number
  /** The conversation to continue; null before the first call. */
  readonly targetId: string | null
  /** Number of its entries. */
  readonly before: number
  readonly openCalls: readonly OpenCall[]
  /** Positions of the archived results that were sent in this turn. */
  readonly used: readonly number[]
  /** Its estimated tokens: an append reads them all. */
  readonly tokens: number
}

/** Finds out how far a copy has come, from its receipts and its history at the target. */
export async function readProgress(
  { archive, reader }: RunContext,
  { id }: Copy,
): Promise<CopyProgress | { readonly reason: string }> {
  const made = archive.replayRequests.ofCopy(id).filter(isDone)
  const last = made.at(-1)
  if (last === undefined) return { call: -1, targetId: null, before: 0, openCalls: [], used: [], tokens: 0 }
  const entries = await reader.entries(last.targetId)
  if (entries === undefined) return { reason: `${last.targetId} no longer exists` }
  const tail = entries.slice(last.before + last.inputs)
  if (!mayBeGenerated(tail)) return { reason: `someone else continued ${last.targetId}` }
  const generated = entryIds(tail)
  if (generated.length !== last.generated?.length) {
    // It was found while the answer was still being generated.
    archive.transaction(() => archive.replayRequests.setGenerated(last.id, generated))
  }
  return {
    call: last.call,
    targetId: last.targetId,
    before: entries.length,
    openCalls: findOpenCalls(tail),
    used: made.filter(({ call }) => call === last.call).flatMap(({ results }) => results),
    tokens: estimateEntries(entries),
  }
}

export function estimateEntries(entries: readonly string[]): number {
  return entries.reduce((sum, text) => sum + tokensOf(text), 0)
}

/** Function calls among generated entries, none of which has a result yet. */
export function findOpenCalls(generated: readonly string[]): OpenCall[] {
  const calls = generated.map(readEntry).filter(({ type }) => type === 'function.call')
  return calls.map(({ fields }) => ({
    name: stringIn(fields.get('name')) ?? '',
    toolCallId: stringIn(fields.get('tool_call_id')) ?? '',
    arguments: canonicalArguments(fields.get('arguments')),
  }))
}

/** Describes calls at the end of a conversation, which block it until their results are sent. */
export function describeOpenCalls(openCalls: readonly OpenCall[]): string | undefined {
  if (openCalls.length === 0) return undefined
  return `it ends with a call of ${openCalls.map(({ name }) => name).join(', ')} and waits for the result`
}

/** The ids of entries; '' for one without. */
export function entryIds(entries: readonly string[]): string[] {
  return entries.map((text, position) => readEntry(text, position).id ?? '')
}

/** A request that was carried out, according to its receipt. */
export type DoneRequest = StoredRequest & { readonly targetId: string }

/** Returns whether a request was carried out, whether or not its response arrived. */
export function isDone(request: StoredRequest): request is DoneRequest {
  return (request.outcome === 'done' || request.outcome === 'found') && request.targetId !== null
}
