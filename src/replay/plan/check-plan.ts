import type { Archive } from '../../archive/archive.ts'
import { HansardError } from '../../errors.ts'
import { stringIn } from '../../model/entries/fields.ts'
import { member } from '../../model/json/json-text.ts'
import { renderPlanned } from './make-plan.ts'
import type { PlanFile } from './plan-file.ts'
import type { PlannedConversation, PlanTarget } from './plan.ts'

/**
 * Goes through a plan in a file before anything of it is sent: is the archive as it was, and the target?
 *
 * @param target what was found at the target now
 * @throws HansardError `plan-refused`
 */
export async function checkPlan(
  archive: Archive,
  { head, conversations }: PlanFile,
  target: PlanTarget,
): Promise<void> {
  if (head.target.baseUrl !== target.baseUrl) {
    throw new HansardError(
      'plan-refused',
      `The plan is for ${head.target.baseUrl}, not for ${target.baseUrl}`,
      {
        hint: 'Name the target of the plan with --to-base-url, or make a new plan.',
      },
    )
  }
  for await (const planned of conversations()) {
    const { requests } = renderPlanned(archive, head, planned)
    const model = stringIn(member(requests[0]?.body ?? '{}', 'model')?.value)
    if (model !== null && !Object.hasOwn(target.models, model)) {
      throw new HansardError('plan-refused', `The target has no model ${model} any more`, {
        hint: 'Make a new plan with `hansard replay plan`.',
      })
    }
  }
}

/**
 * Refuses to begin where the secret of a connector is missing.
 *
 * @throws HansardError `usage`
 */
export function refuseMissingSecrets(
  { id, state, secrets }: PlannedConversation,
  secretOf: (variable: string) => string | undefined,
): void {
  const missing = secrets.find((name) => (secretOf(name) ?? '') === '')
  if (missing === undefined || state === 'blocked') return
  throw new HansardError(
    'usage',
    `The variable ${missing} is not set, and a connector of ${id} needs its secret`,
    {
      hint: `Set ${missing}, or plan again with another --connector-auth.`,
    },
  )
}
