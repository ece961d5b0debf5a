import type { Copy } from '../../archive/ledger/replay-copies.ts'
import type { StoredRequest } from '../../archive/ledger/replay-requests.ts'
import { entryIds, findOpenCalls, describeOpenCalls } from './copy-progress.ts'
import { filterByStamp, searchListing, type Candidates, type LostRequest } from './find-copies.ts'
import { mayBeGenerated } from './fingerprint.ts'
import { matchHistory } from './match-history.ts'
import { readBack } from './read-back.ts'
import { timestamp, type RunContext } from './run-context.ts'

/** What became of a request whose response was lost. */
export type ReconcileResult =
  | { readonly kind: 'found'; readonly targetId: string; readonly entries: readonly string[] }
  /** Certainly not done: it may be sent again. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'uncertain'; readonly reason: string }

/** A request that was searched for, with its copy as it was before. */
interface Reconciled extends LostRequest {
  readonly result: ReconcileResult
}

/**
 * Finds out what became of all requests without a response, and stores it. Call it when the settling time is over and
 * nothing is being sent. `uncertain` requests may be searched for again; that never makes them sendable.
 */
export async function reconcile(
  context: RunContext,
  states: readonly ('open' | 'uncertain')[],
): Promise<Reconciled[]> {
  const lostRequests: LostRequest[] = []
  const reconciled: Reconciled[] = []
  const storeResult = async (lost: LostRequest, result: ReconcileResult): Promise<void> => {
    storeReconcileResult(context, lost.copy, lost.request, result)
    reconciled.push({ ...lost, result })
    if (result.kind === 'found') await readBack(context, result.targetId, undefined)
  }
  for (const [copy, request] of openRequests(context, states)) {
    const known = request.appendsTo === null ? undefined : await context.reader.entries(request.appendsTo)
    const lost = { copy, request, known }
    const result = await checkKnownPlaces(context, lost)
    if (result === undefined) lostRequests.push(lost)
    else await storeResult(lost, result)
  }
  if (lostRequests.length > 0) {
    for (const [lost, candidates] of await searchListing(context, lostRequests)) {
      await storeResult(lost, await chooseCandidate(context, lost.request, candidates))
    }
  }
  return reconciled
}

function openRequests(
  { archive, target }: RunContext,
  states: readonly ('open' | 'uncertain')[],
): [Copy, StoredRequest][] {
  const { replayCopies, replayRequests } = archive
  const copies = states.flatMap((state) => [...replayCopies.inState(target.id, state)])
  return copies.flatMap((copy) => {
    const request = replayRequests.ofCopy(copy.id).find(({ outcome }) => outcome === null)
    return request === undefined ? [] : [[copy, request] as [Copy, StoredRequest]]
  })
}

/**
 * Looks for a request by the id that the target returned, in the conversation that it continued, and with the metadata
 * filter.
 */
async function checkKnownPlaces(
  context: RunContext,
  { copy, request, known }: LostRequest,
): Promise<ReconcileResult | undefined> {
  const { archive, reader, target } = context
  const { targetId, appendsTo } = request
  if (targetId !== null && archive.replayRequests.claimant(target.id, targetId, copy.id) !== undefined) {
    return uncertain(`the target returned ${targetId}, which is the copy of another conversation`)
  }
  if (targetId !== null && targetId !== appendsTo) {
    const entries = await reader.entries(targetId)
    if (entries !== undefined) return resultFor(targetId, entries, request, 'named')
  }
  if (appendsTo !== null) {
    if (known === undefined) return uncertain(`${appendsTo} no longer exists`)
    if (matchHistory(known, request) !== 'not-begun') return resultFor(appendsTo, known, request, 'known')
  }
  const { found } = await filterByStamp(context, copy.stamp)
  const stamped = found.filter((id) => archive.replayRequests.claimant(target.id, id) === undefined)
  if (stamped.length === 0) return undefined
  return chooseCandidate(context, request, { stamped: new Set(stamped), sameContent: new Set(), doubts: [] })
}

/**
 * Decides between candidates. Exactly one with the entries that were sent is the result. No candidate means not done
 * only if nothing can have been missed. More than one, or one with the stamp and other entries, is uncertain.
 */
async function chooseCandidate(
  { reader, target }: RunContext,
  request: StoredRequest,
  { stamped, sameContent, doubts }: Candidates,
): Promise<ReconcileResult> {
  const isStamped = stamped.size > 0
  const results: ReconcileResult[] = []
  for (const id of isStamped ? stamped : sameContent) {
    const entries = await reader.entries(id)
    if (entries === undefined) results.push(uncertain(`${id} was deleted meanwhile`))
    else results.push(resultFor(id, entries, request, 'known'))
  }
  const found = results.filter((result) => result.kind === 'found')
  const [only, ...more] = found
  if (more.length > 0) {
    return uncertain(`it may be any of ${found.map(({ targetId }) => targetId).join(', ')}`)
  }
  // If an append creates a new conversation, it is unknown whether that gets the metadata.
  const wouldShow = request.appendsTo === null && request.stampPlace === target.stampPlace
  if (only !== undefined && !isStamped && wouldShow) {
    return uncertain(`${only.targetId} has the same entries but no stamp, unlike copies at this target`)
  }
  const [doubt] = doubts
  return only ?? results[0] ?? (doubt === undefined ? { kind: 'absent' } : uncertain(doubt))
}

/**
 * Judges a candidate by its entries. A conversation that the target `named` in its response is ours even if our
 * entries come back in another form; it must only have enough of them.
 */
function resultFor(
  targetId: string,
  entries: readonly string[],
  request: StoredRequest,
  by: 'named' | 'known',
): ReconcileResult {
  const expected = request.before + request.inputs
  const match = matchHistory(entries, request)
  const isOurs = by === 'named' && entries.length >= expected && mayBeGenerated(entries.slice(expected))
  if (match === 'done' || isOurs) return { kind: 'found', targetId, entries }
  const what =
    match === 'different'
      ? 'its entries differ from what was sent'
      : `it has only ${entries.length} of ${expected} entries`
  return uncertain(`${targetId} exists, but ${what}`)
}

function uncertain(reason: string): ReconcileResult {
  return { kind: 'uncertain', reason }
}

/** Stores what became of a request. In `history` mode the copy is then done; in `turns` mode it is continued. */
export function storeReconcileResult(
  { archive, scrub }: RunContext,
  copy: Copy,
  request: StoredRequest,
  result: ReconcileResult,
): void {
  const { replayCopies, replayRequests } = archive
  const { id, mode, state } = copy
  archive.transaction(() => {
    if (result.kind === 'uncertain')
      return replayCopies.set(id, 'uncertain', timestamp(), { reason: scrub(result.reason) })
    if (result.kind === 'absent') {
      if (state === 'uncertain') return
      replayRequests.end(request.id, timestamp(), { outcome: 'absent' })
      return replayCopies.set(id, 'pending', timestamp())
    }
    const { targetId, entries } = result
    const tail = entries.slice(request.before + request.inputs)
    replayRequests.end(request.id, timestamp(), { outcome: 'found', targetId, generated: entryIds(tail) })
    const reason = mode === 'history' ? describeOpenCalls(findOpenCalls(tail)) : undefined
    const facts = { targetId, ...(reason !== undefined && { reason }) }
    replayCopies.set(id, mode === 'history' ? 'done' : 'pending', timestamp(), facts)
  })
}
