import type { Archive } from '../archive/archive.ts'
import type { Mode, PlannedConversation } from './plan/plan.ts'

/** A conversation that was replayed, as the receipts tell. */
export interface ReplayedConversation {
  /** Its id at the source. */
  readonly id: string
  readonly revision: string
  readonly mode: Mode
  readonly label: string
  /** Its id at the target. */
  readonly targetId: string
  /** The line of the plan, with the losses of what was really sent. */
  readonly planned: PlannedConversation
  /** Ids of the entries that the target generated; null where another archive's run made the copy. */
  readonly generated: readonly string[] | null
}

/** What the receipts say stands at a target, the first one first; memory holds one at a time. */
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
