import type { Archive } from '../../archive/archive.ts'
import { HansardError } from '../../errors.ts'
import { stringIn } from '../../model/entries/fields.ts'
import { member } from '../../model/json/json-text.ts'
import type { SecretOf } from './fill-secrets.ts'
import { renderPlanned } from './make-plan.ts'
import type { PlanFile } from './plan-file.ts'
import type { PlannedConversation, PlanTarget } from './plan.ts'

/**
 * Renders every conversation of a plan file again and checks that the archive and the target are as they were.
 *
 * @param target what `preflight` found now
 * @throws HansardError `plan-refused`; `usage` if a secret is missing
 */
export async function checkPlan(
  archive: Archive,
  { head, conversations }: PlanFile,
  target: PlanTarget,
  secretOf?: SecretOf,
): Promise<void> {
  if (head.target.baseUrl !== target.baseUrl) {
    throw new HansardError(
      'plan-refused',
      `The plan is for ${head.target.baseUrl}, not for ${target.baseUrl}`,
      {
        hint: "Use --to-base-url with the plan's target, or make a new plan.",
      },
    )
  }
  for await (const planned of conversations()) {
    if (secretOf !== undefined) refuseMissingSecrets(planned, secretOf)
    const { requests } = renderPlanned(archive, head, planned)
    const model = stringIn(member(requests[0]?.body ?? '{}', 'model')?.value)
    if (model !== null && !Object.hasOwn(target.models, model)) {
      throw new HansardError('plan-refused', `The target no longer has the model ${model}`, {
        hint: 'Make a new plan with `hansard replay plan`.',
      })
    }
  }
}

/** @throws HansardError `usage` if the secret of a connector is missing */
export function refuseMissingSecrets({ id, state, secrets }: PlannedConversation, secretOf: SecretOf): void {
  const missing = secrets.find((name) => (secretOf(name) ?? '') === '')
  if (missing === undefined || state === 'blocked') return
  throw new HansardError(
    'usage',
    `The environment variable ${missing} is not set; a connector of ${id} needs its secret`,
    {
      hint: `Set ${missing}, or make the plan again with another --connector-auth.`,
    },
  )
}
