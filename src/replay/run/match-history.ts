import type { StoredRequest } from '../../archive/ledger/replay-requests.ts'
import { fingerprintOf, mayBeGenerated } from './fingerprint.ts'

/**
 * What a history says about a request whose response was lost. `done`: it contains what was sent, followed only by
 * entries that the service may have generated. `not-begun`: it ends where the inputs would begin. `partial`: it ends
 * among them. `different`: it has other entries there.
 */
export type HistoryMatch = 'done' | 'not-begun' | 'partial' | 'different'

type Expected = Pick<StoredRequest, 'before' | 'inputs' | 'fingerprint'>

/** Compares a history with what a request would have made of it. */
export function matchHistory(
  entries: readonly string[],
  { before, inputs, fingerprint }: Expected,
): HistoryMatch {
  if (entries.length <= before) return entries.length === before ? 'not-begun' : 'different'
  const end = before + inputs
  if (entries.length < end) return 'partial'
  const isDone = fingerprintOf(entries.slice(before, end)) === fingerprint
  return isDone && mayBeGenerated(entries.slice(end)) ? 'done' : 'different'
}

/** Returns whether a history continues another one as the request would. */
export function isContinuation(
  entries: readonly string[],
  known: readonly string[],
  request: Expected,
): boolean {
  const beginning = entries.slice(0, known.length)
  return matchHistory(entries, request) === 'done' && fingerprintOf(beginning) === fingerprintOf(known)
}
