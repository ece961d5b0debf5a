import type { StoredRequest } from '../../archive/ledger/replay-requests.ts'
import { fingerprintOf, mayBeGenerated } from './fingerprint.ts'

/**
 * What a history says about a request whose response was lost. `made`: it contains what was sent, followed only by
 * entries that the service may have generated. `not-yet`: it ends where the inputs would begin. `part`: it ends
 * among them. `other`: it has other entries there.
 */
export type HistoryMatch = 'made' | 'not-yet' | 'part' | 'other'

type Expected = Pick<StoredRequest, 'before' | 'inputs' | 'fingerprint'>

/** Compares a history with what a request would have made of it. */
export function matchHistory(
  entries: readonly string[],
  { before, inputs, fingerprint }: Expected,
): HistoryMatch {
  if (entries.length <= before) return entries.length === before ? 'not-yet' : 'other'
  const end = before + inputs
  if (entries.length < end) return 'part'
  const isMade = fingerprintOf(entries.slice(before, end)) === fingerprint
  return isMade && mayBeGenerated(entries.slice(end)) ? 'made' : 'other'
}

/** Returns whether a history continues another one as the request would. */
export function isContinuation(
  entries: readonly string[],
  known: readonly string[],
  request: Expected,
): boolean {
  const beginning = entries.slice(0, known.length)
  return matchHistory(entries, request) === 'made' && fingerprintOf(beginning) === fingerprintOf(known)
}
