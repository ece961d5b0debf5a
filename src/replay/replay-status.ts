import type { Archive } from '../archive/archive.ts'
import type { Copy, CopyState } from '../archive/ledger/replay-copies.ts'
import type { SpentAtTarget } from '../archive/ledger/replay-requests.ts'
import { revisionOf } from './plan/stamp.ts'

/** The state of everything that was ever replayed into one target. */
export interface TargetStatus {
  readonly baseUrl: string
  readonly counts: Readonly<Record<CopyState, number>>
  /** Done copies whose conversation has changed in the archive since. */
  readonly grown: number
  readonly spent: SpentAtTarget
}

/** A copy that is not simply done, and why. */
export type UnfinishedCopy = Pick<Copy, 'conversation' | 'state' | 'reason' | 'targetId' | 'mode' | 'label'>

const none: Readonly<Record<CopyState, number>> = {
  ...{ pending: 0, open: 0, done: 0, uncertain: 0, failed: 0 },
  ...{ blocked: 0, stale: 0, diverged: 0, undone: 0 },
}

/** Reports the state of each target, without a request. */
export function replayStatus(archive: Archive): TargetStatus[] {
  return archive.replayTargets.all().map(({ id, baseUrl }) => ({
    baseUrl,
    counts: { ...none, ...Object.fromEntries(archive.replayCopies.counts(id)) },
    grown: countGrown(archive, id),
    spent: archive.replayRequests.spent(id),
  }))
}

/** Copies that a person should look at. */
export function* unfinishedCopies(archive: Archive): Generator<UnfinishedCopy, void, undefined> {
  for (const copy of archive.replayCopies.all()) {
    const isPlain = copy.state === 'done' && copy.reason === null
    if (!isPlain && copy.state !== 'pending' && copy.state !== 'undone') yield copy
  }
}

function countGrown(archive: Archive, target: number): number {
  let grown = 0
  for (const { stamp, ...copy } of archive.replayCopies.inState(target, 'done')) {
    const stored = archive.conversations.read(copy.conversation)
    if (stored === undefined) continue
    const revision = revisionOf({ id: stored.id, entries: [...stored.entries()] })
    if (revision === copy.revision) continue
    const others = archive.replayCopies.ofOrigin(copy)
    const isCopied = others.some(
      (other) => other.stamp !== stamp && other.revision === revision && other.state === 'done',
    )
    if (!isCopied) grown++
  }
  return grown
}
