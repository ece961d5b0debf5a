import type { Archive } from '../archive/archive.ts'
import type { Mode, PlannedConversation } from './plan/plan.ts'

/** A conversation that was replayed, according to its receipts. */
export interface ReplayedConversation {
  /** Its id at the source. */
  readonly id: string
  readonly revision: string
  readonly mode: Mode
  readonly label: string
  /** Its id at the target. */
  readonly targetId: string
  /** The plan's line, with the losses of what was actually sent. */
  readonly planned: PlannedConversation
  /** Ids of the entries that the target generated; null if another archive's run made the copy. */
  readonly generated: readonly string[] | null
}

/** All copies at a target, in the order in which they were planned. Holds one in memory at a time. */
export function* replayedConversations(
  archive: Archive,
  target: number,
): Generator<ReplayedConversation, void, undefined> {
  for (const { id, targetId, planned, conversation, revision, mode, label } of archive.replayCopies.inState(
    target,
    'done',
  )) {
    if (targetId === null) continue
    const requests = archive.replayRequests
      .ofCopy(id)
      .filter(({ outcome }) => outcome === 'done' || outcome === 'found')
    yield {
      id: conversation,
      revision,
      mode: mode as Mode,
      label,
      targetId,
      planned: JSON.parse(planned) as PlannedConversation,
      generated: requests.length === 0 ? null : requests.flatMap(({ generated }) => generated ?? []),
    }
  }
}
