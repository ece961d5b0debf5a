import type { Copy } from '../../archive/ledger/replay-copies.ts'
import { isHansardError } from '../../errors.ts'
import { renderPlanned } from '../plan/make-plan.ts'
import type { Mode, PlannedConversation } from '../plan/plan.ts'
import { compareWithPlan, type FoundRequest, type PlanMatch } from './compare-with-plan.ts'
import { concernsOneConversation } from './find-copies.ts'
import { fingerprintOf } from './fingerprint.ts'
import { timestamp, type RunContext } from './run-context.ts'

/**
 * What is known of a copy that was looked for before sending. `done`: it exists. `uncertain`: a conversation with its
 * stamp exists, and the user must decide what it is. `pending`: it must be sent, or the rest of it.
 */
type CopyIdentity = 'done' | 'uncertain' | 'pending'

/** A conversation at the target with the stamp. */
interface StampedConversation {
  readonly id: string
  readonly entries: readonly string[]
  readonly match: PlanMatch
}

/** Identifies the conversations with the stamp of a copy that this archive did not send, and stores the result. */
export async function identifyCopy(context: RunContext, copy: Copy): Promise<CopyIdentity> {
  const { archive } = context
  const ids = archive.replayCandidates.ofCopy(copy.id)
  const claimed = ids.filter((id) => archive.replayRequests.claimant(copy.target, id) !== undefined)
  const conversations: StampedConversation[] = []
  const doubts: string[] = []
  for (const id of ids.filter((each) => !claimed.includes(each))) {
    try {
      const entries = await context.reader.entries(id)
      if (entries === undefined) archive.soon(() => archive.replayCandidates.remove(copy.id, id))
      else conversations.push({ id, entries, match: compareWithPlanned(context, copy, entries) })
    } catch (thrown) {
      if (!concernsOneConversation(thrown)) throw thrown
      doubts.push(`${id} has its stamp and cannot be read: ${thrown.message}`)
    }
  }
  return archive.transaction(() => storeIdentity(context, copy, conversations, doubts))
}

/** Compares a history with what the plan sends for a copy. */
export function compareWithPlanned(
  { archive, head }: RunContext,
  copy: Copy,
  entries: readonly string[],
): PlanMatch {
  try {
    const { requests } = renderPlanned(archive, head, JSON.parse(copy.planned) as PlannedConversation)
    return compareWithPlan(entries, requests, copy.mode as Mode)
  } catch (thrown) {
    if (!isHansardError(thrown, 'plan-refused')) throw thrown
    return { kind: 'different', reason: 'it cannot be compared with the plan, which has changed since' }
  }
}

/** Accepts the one complete copy, or else the one that can be continued; anything ambiguous is uncertain. */
function storeIdentity(
  context: RunContext,
  copy: Copy,
  conversations: readonly StampedConversation[],
  doubts: readonly string[],
): CopyIdentity {
  const furthest = conversations.filter((one) => !conversations.some((other) => isContinuedBy(one, other)))
  const [whole, otherWhole] = furthest.filter(({ match }) => match.kind === 'complete')
  if (whole !== undefined && otherWhole === undefined) return setDone(context, copy, whole)
  const [only, ...others] = furthest
  if (others.length > 0) {
    return setUncertain(context, copy, `it may be any of ${furthest.map(({ id }) => id).join(', ')}`)
  }
  if (only?.match.kind === 'partial' && doubts.length === 0) {
    return continueForeignCopy(context, copy, only.id, only.match.made)
  }
  if (only?.match.kind === 'different') {
    return setUncertain(context, copy, `${only.id} has its stamp, but ${only.match.reason}`)
  }
  const [doubt] = doubts
  if (doubt !== undefined) return setUncertain(context, copy, doubt)
  if (copy.state === 'uncertain') {
    context.archive.replayCopies.set(copy.id, 'pending', timestamp())
    context.tally.move('uncertain', 'pending')
  }
  return 'pending'
}

/**
 * Returns whether `other` continues `one`. An append may create a new conversation; the old one remains, with the same
 * stamp.
 */
function isContinuedBy(one: StampedConversation, other: StampedConversation): boolean {
  if (one === other || one.match.kind === 'different' || other.match.kind === 'different') return false
  const beginning = other.entries.slice(0, one.entries.length)
  return other.entries.length > one.entries.length && fingerprintOf(beginning) === fingerprintOf(one.entries)
}

function setDone(
  { archive, tally }: RunContext,
  copy: Copy,
  { id: targetId, match }: StampedConversation,
): 'done' {
  const note = match.kind === 'complete' ? match.note : undefined
  const reason = ['made by another archive', ...(note === undefined ? [] : [note])].join('; ')
  archive.replayCopies.set(copy.id, 'done', timestamp(), { targetId, reason })
  tally.move(copy.state, 'done')
  tally.add('recognised')
  return 'done'
}

function setUncertain({ archive, tally, scrub }: RunContext, copy: Copy, doubt: string): 'uncertain' {
  const reason = scrub(doubt)
  archive.replayCopies.set(copy.id, 'uncertain', timestamp(), { reason })
  if (copy.state !== 'uncertain') tally.move(copy.state, 'uncertain')
  tally.notice({ id: copy.conversation, state: 'uncertain', reason })
  return 'uncertain'
}

/** Continues what another archive began: its requests are stored as if they had been found. */
function continueForeignCopy(
  context: RunContext,
  copy: Copy,
  id: string,
  made: readonly FoundRequest[],
): 'pending' {
  recordForeignRequests(context, copy, id, made)
  if (copy.state !== 'pending') context.tally.move(copy.state, 'pending')
  const reason = `another archive began it (${id}); this run continues it`
  context.tally.notice({ id: copy.conversation, state: 'pending', reason })
  return 'pending'
}

/** Stores requests of another archive, so that the copy is continued after them. */
export function recordForeignRequests(
  { archive, target }: RunContext,
  copy: Copy,
  targetId: string,
  made: readonly FoundRequest[],
): void {
  for (const { call, before, inputs, fingerprint, results, generated } of made) {
    const intent = {
      ...{ copy: copy.id, call, before, inputs, fingerprint, results, since: null },
      appendsTo: before === 0 ? null : targetId,
      stampPlace: target.stampPlace ?? ('metadata' as const),
    }
    archive.replayRequests.adopt(intent, targetId, generated, timestamp())
  }
  archive.replayCopies.set(copy.id, 'pending', timestamp(), { targetId })
}
