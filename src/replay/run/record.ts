import type { Copy, CopyState } from '../../archive/replay-copies.ts'
import type { PlannedConversation } from '../plan.ts'
import { now, type RunContext } from './context.ts'
import { listTarget } from './search.ts'
import { isOtherRevision, markOf, sourceOfStamp } from './mark.ts'
import { isMade } from './standing.ts'

/** What a copy must not be in to be planned anew: something was sent, or is there. */
const settled: readonly CopyState[] = ['done', 'open', 'uncertain', 'diverged']

/**
 * Writes down what the plan wants: what is to be sent is `pending`. A copy of an earlier revision makes a conversation
 * stale, unless it is to be copied again.
 *
 * @returns whether anything is pending that was never tried
 */
export async function recordPlan(
  context: RunContext,
  conversations: AsyncIterable<PlannedConversation>,
  { again }: { readonly again: boolean },
): Promise<boolean> {
  let isAnyNew = false
  for await (const planned of conversations) {
    const state = context.archive.soon(() => record(context, planned, again))
    context.tally.plan(state)
    if (state === 'pending') isAnyNew = true
    if (state === 'stale') context.tally.notice({ id: planned.id, state, reason: STALE })
    if (state === 'blocked') {
      const reason = planned.blocks.map((block) => block.reason).join('; ')
      context.tally.notice({ id: planned.id, state, reason })
    }
  }
  context.archive.flush()
  return isAnyNew
}

const STALE = 'a copy of an earlier revision is there; --again makes one of this revision beside it'

function record(
  { archive, target, head }: RunContext,
  planned: PlannedConversation,
  again: boolean,
): CopyState {
  const { replayCopies } = archive
  const { id: conversation, stamp, revision } = planned
  const { mode, label } = head.options
  const origin = { target: target.id, conversation, mode, label }
  const others = replayCopies.ofOrigin(origin).filter((copy) => copy.stamp !== stamp)
  const there = others.filter((copy) => isThere(archive, copy))
  for (const copy of others)
    if (!there.includes(copy) && copy.state !== 'undone') replayCopies.remove(copy.id)

  const known = replayCopies.byStamp(target.id, stamp)
  if (known !== undefined && settled.includes(known.state)) return known.state
  const isStale = there.length > 0 && !again
  const state = planned.state === 'blocked' ? 'blocked' : isStale ? 'stale' : 'pending'
  const reason = planned.blocks[0]?.reason ?? (isStale ? STALE : undefined)
  const line = JSON.stringify(planned)
  if (known === undefined) replayCopies.add({ ...origin, stamp, revision, planned: line }, state, now())
  else if (!isThere(archive, known)) replayCopies.replan(known.id, line)
  const id = known?.id ?? replayCopies.byStamp(target.id, stamp)?.id ?? 0
  replayCopies.set(id, state, now(), reason === undefined ? {} : { reason })
  return state
}

/** A copy of which at least a beginning is, or may be, over there. */
function isThere({ replayRequests }: RunContext['archive'], copy: Copy): boolean {
  return settled.includes(copy.state) || replayRequests.ofCopy(copy.id).some(isMade)
}

/**
 * Looks once through the target for copies that another archive made: they are done, or make a conversation stale.
 *
 * @returns whether conversations are there whose origin the listing does not show
 */
export async function recogniseCopies(context: RunContext, again: boolean): Promise<boolean> {
  const { archive, target } = context
  const { replayCopies, replayRequests } = archive
  let isAnyHidden = false
  await listTarget(context, async (row) => {
    const { id } = row as { id: string }
    const mark = markOf(row)
    if (mark === 'hidden' && !Object.hasOwn(row as object, 'metadata')) isAnyHidden = true
    if (typeof mark === 'string' || replayRequests.claimant(target.id, id) !== undefined) return
    for (const copy of replayCopies.ofSource(target.id, sourceOfStamp(mark.stamp))) {
      if (copy.state !== 'pending' || isThere(archive, copy)) continue
      if (copy.stamp === mark.stamp) recognise(context, copy, id)
      else if (isOtherRevision(copy.stamp, mark.stamp) && !again) makeStale(context, copy)
    }
  })
  return isAnyHidden
}

/** Notes that a copy is there which this archive did not make. */
export function recognise({ archive, tally }: RunContext, copy: Copy, targetId: string): void {
  const reason = 'another archive had made it'
  archive.transaction(() => archive.replayCopies.set(copy.id, 'done', now(), { targetId, reason }))
  tally.move('pending', 'done')
  tally.add('recognised')
}

function makeStale({ archive, tally }: RunContext, copy: Copy): void {
  archive.transaction(() => archive.replayCopies.set(copy.id, 'stale', now(), { reason: STALE }))
  tally.move('pending', 'stale')
  tally.notice({ id: copy.conversation, state: 'stale', reason: STALE })
}
