import type { Archive } from '../../archive/archive.ts'
import type { Selection } from '../../archive/content/selection.ts'
import { HansardError } from '../../errors.ts'
import { version } from '../../version.ts'
import { archiveIdentity, sourceOf } from './archived-source.ts'
import {
  PLAN_VERSION,
  type PlanHead,
  type PlannedConversation,
  type ReplayOptions,
  type PlanTarget,
} from './plan.ts'
import { render, type Rendering } from './render.ts'

/** The head of a plan for this archive. */
export function planHead(archive: Archive, options: ReplayOptions, target: PlanTarget, now: Date): PlanHead {
  return {
    kind: 'hansard replay plan',
    version: PLAN_VERSION,
    hansard: version,
    madeAt: now.toISOString(),
    archive: archiveIdentity(archive),
    options,
    target,
  }
}

/** Plans one conversation after the other, the oldest first; nothing is held but the one. */
export function* planConversations(
  archive: Archive,
  selection: Selection,
  { options, target }: Pick<PlanHead, 'options' | 'target'>,
): Generator<PlannedConversation, void, undefined> {
  for (const stored of archive.conversations.readAll(selection)) {
    yield render(sourceOf(archive, stored), options, target).planned
  }
}

/**
 * Renders a planned conversation again, for whoever executes the plan.
 *
 * @throws HansardError `plan-refused` where the archive, or hansard, would now send something else
 */
export function renderPlanned(
  archive: Archive,
  { options, target }: Pick<PlanHead, 'options' | 'target'>,
  planned: PlannedConversation,
): Rendering {
  const stored = archive.conversations.read(planned.id)
  if (stored === undefined) throw outdatedPlan(planned.id, 'is no longer in the archive')
  const rendering = render(sourceOf(archive, stored), options, target)
  if (rendering.planned.revision !== planned.revision)
    throw outdatedPlan(planned.id, 'has changed in the archive')
  if (!isSame(rendering.planned, planned)) throw outdatedPlan(planned.id, 'would be sent otherwise now')
  return rendering
}

/** The hashes of the bodies stand for all that is sent; losses must be those that a person has read. */
function isSame(now: PlannedConversation, then: PlannedConversation): boolean {
  return JSON.stringify(now) === JSON.stringify(then)
}

function outdatedPlan(id: string, what: string): HansardError {
  return new HansardError('plan-refused', `The plan is outdated: ${id} ${what}`, {
    hint: 'Make a new plan with `hansard replay plan`.',
  })
}
