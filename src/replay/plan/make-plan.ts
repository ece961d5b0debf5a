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

/** Plans the selected conversations, oldest first. Holds one in memory at a time. */
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
 * Renders a planned conversation again, to run the plan.
 *
 * @throws HansardError `plan-refused` if the archive changed, or this version of hansard would send something else
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
  if (!isSame(rendering.planned, planned)) throw outdatedPlan(planned.id, 'would now be sent differently')
  return rendering
}

/** The hashes stand for the bodies. Losses are compared too: they must be those that the user has seen. */
function isSame(now: PlannedConversation, then: PlannedConversation): boolean {
  return JSON.stringify(now) === JSON.stringify(then)
}

function outdatedPlan(id: string, what: string): HansardError {
  return new HansardError('plan-refused', `The plan is outdated: ${id} ${what}`, {
    hint: 'Make a new plan with `hansard replay plan`.',
  })
}
