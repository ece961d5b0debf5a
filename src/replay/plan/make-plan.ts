import type { Archive } from '../../archive/archive.ts'
import type { Selection } from '../../archive/content/selection.ts'
import { HansardError } from '../../errors.ts'
import { sourceOf } from './archived-source.ts'
import type { PlanHead, PlannedConversation } from './plan.ts'
import { render, type Rendering } from './render.ts'

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
  // The hashes stand for the bodies. Losses are compared too: they must be those that the user has seen.
  if (JSON.stringify(rendering.planned) !== JSON.stringify(planned))
    throw outdatedPlan(planned.id, 'would now be sent differently')
  return rendering
}

function outdatedPlan(id: string, what: string): HansardError {
  return new HansardError('plan-refused', `The plan is outdated: ${id} ${what}`, {
    hint: 'Make a new plan with `hansard replay plan`.',
  })
}
