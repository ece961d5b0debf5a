import type { Copy, CopyState } from '../../archive/ledger/replay-copies.ts'
import type { PlannedConversation } from '../plan/plan.ts'
import { isDone } from './copy-progress.ts'
import { listProven } from './find-copies.ts'
import { identifyCopy } from './identify-copy.ts'
import { isOtherRevision, readStamp, sourceOfStamp } from '../../model/read-stamp.ts'
import { timestamp, type RunContext } from './run-context.ts'

/** States in which a copy is not planned again: it exists, or may exist. */
const keptStates: readonly CopyState[] = ['done', 'open', 'uncertain', 'diverged']

/**
 * Stores the plan: conversations to send become `pending`. A conversation with a copy of an earlier revision becomes
 * `stale`, unless `again` is set.
 *
 * @returns whether anything is pending, or something that was never sent is uncertain
 */
export async function recordPlan(
  context: RunContext,
  conversations: AsyncIterable<PlannedConversation>,
  { again }: { readonly again: boolean },
): Promise<boolean> {
  const { archive, tally, target } = context
  let isAnyNew = false
  for await (const planned of conversations) {
    const state = archive.soon(() => recordConversation(context, planned, again))
    tally.plan(state)
    if (state === 'pending') isAnyNew = true
    if (state === 'uncertain')
      isAnyNew ||= isUnsent(context, archive.replayCopies.byStamp(target.id, planned.stamp))
    const reason = state === 'stale' ? STALE : planned.blocks.map((block) => block.reason).join('; ')
    if (state === 'stale' || state === 'blocked') tally.notice({ id: planned.id, state, reason })
  }
  archive.flush()
  return isAnyNew
}

const STALE = 'a copy of an earlier revision exists; --again makes a new copy beside it'

function recordConversation(
  { archive, target, head }: RunContext,
  planned: PlannedConversation,
  again: boolean,
): CopyState {
  const { replayCopies } = archive
  const { id: conversation, stamp, revision } = planned
  const { mode, label } = head.options
  const origin = { target: target.id, conversation, mode, label }
  const others = replayCopies.ofOrigin(origin).filter((copy) => copy.stamp !== stamp)
  const there = others.filter((copy) => mayExist(archive, copy))
  for (const copy of others)
    if (!there.includes(copy) && copy.state !== 'undone') replayCopies.remove(copy.id)

  const known = replayCopies.byStamp(target.id, stamp)
  if (known?.state === 'uncertain') replayCopies.touch(known.id, timestamp())
  if (known !== undefined && keptStates.includes(known.state)) return known.state
  const isStale = there.length > 0 && !again
  const state = planned.state === 'blocked' ? 'blocked' : isStale ? 'stale' : 'pending'
  const reason = planned.blocks[0]?.reason ?? (isStale ? STALE : undefined)
  const line = JSON.stringify(planned)
  if (known === undefined) replayCopies.add({ stamp, revision, planned: line, ...origin }, state, timestamp())
  else if (!mayExist(archive, known)) replayCopies.replan(known.id, line)
  const id = known?.id ?? replayCopies.byStamp(target.id, stamp)?.id ?? 0
  replayCopies.set(id, state, timestamp(), reason === undefined ? {} : { reason })
  return state
}

/** Returns whether a copy, or part of one, exists or may exist at the target. */
function mayExist({ replayRequests }: RunContext['archive'], copy: Copy): boolean {
  return keptStates.includes(copy.state) || replayRequests.ofCopy(copy.id).some(isDone)
}

/**
 * Searches the target for conversations with the stamp of a copy that this archive did not send, and identifies them.
 * A copy of another revision makes its conversation stale.
 *
 * @returns whether there may be copies that the listing does not show as such
 */
export async function findForeignCopies(context: RunContext, again: boolean): Promise<boolean> {
  const { archive } = context
  let [isAnyHidden, isAnyLacking, isHiding, isAnyShown] = [false, false, false, false]
  const doubt = await listProven(context, (row) => {
    const { id } = row as { id: string }
    const shown = readStamp(row)
    const isClaimed = archive.replayRequests.claimant(context.target.id, id) !== undefined
    if (shown !== 'hidden') isAnyShown ||= hasMetadata(row)
    else if (isClaimed) isHiding ||= context.target.stampPlace === 'metadata'
    else {
      isAnyHidden = true
      isAnyLacking ||= !Object.hasOwn(row as object, 'metadata')
    }
    if (!isClaimed && typeof shown === 'object') addCandidate(context, shown.stamp, id, again)
    return Promise.resolve()
  })
  const isSuspect = isAnyHidden && (isHiding || !isAnyShown)
  if (isSuspect) await readHiddenRows(context, again)
  for (const id of archive.replayCandidates.copies()) {
    const copy = archive.replayCopies.read(id)
    if (isUnsent(context, copy)) await identifyCopy(context, copy)
  }
  return isSuspect || isAnyLacking || doubt !== undefined
}

function hasMetadata(row: unknown): boolean {
  return Object.keys((row as { metadata?: object | null }).metadata ?? {}).length > 0
}

/** If nothing shows that the listing returns metadata, each conversation is read by its id. */
async function readHiddenRows(context: RunContext, again: boolean): Promise<void> {
  const { archive, reader, target } = context
  await listProven(context, async (row) => {
    const { id } = row as { id: string }
    if (readStamp(row) !== 'hidden' || archive.replayRequests.claimant(target.id, id) !== undefined) return
    const shown = readStamp(await reader.row(id))
    if (typeof shown === 'object') addCandidate(context, shown.stamp, id, again)
  })
}

function addCandidate(context: RunContext, stamp: string, id: string, again: boolean): void {
  const { archive, target } = context
  for (const copy of archive.replayCopies.ofSource(target.id, sourceOfStamp(stamp))) {
    if (!isUnsent(context, copy)) continue
    if (copy.stamp === stamp) archive.soon(() => archive.replayCandidates.add(copy.id, id))
    else if (copy.state === 'pending' && isOtherRevision(copy.stamp, stamp) && !again)
      makeStale(context, copy)
  }
}

/** Returns whether this run should make a copy of which this archive has sent nothing. */
function isUnsent({ archive, begunAt }: RunContext, copy: Copy | undefined): boolean {
  if (copy === undefined || copy.at < begunAt) return false
  if (copy.state !== 'pending' && copy.state !== 'uncertain') return false
  const requests = archive.replayRequests.ofCopy(copy.id)
  return !requests.some((request) => isDone(request) || request.outcome === null)
}

function makeStale({ archive, tally }: RunContext, copy: Copy): void {
  archive.transaction(() => archive.replayCopies.set(copy.id, 'stale', timestamp(), { reason: STALE }))
  tally.move('pending', 'stale')
  tally.notice({ id: copy.conversation, state: 'stale', reason: STALE })
}
