import type { ConversationsClient } from '../../api/client.ts'
import { openArchive, type Archive } from '../../archive/archive.ts'
import type { Selection } from '../../archive/content/selection.ts'
import { HansardError } from '../../errors.ts'
import { stringMember } from '../../model/entries/fields.ts'
import { version } from '../../own-files.ts'
import { planContent, withLineFile } from '../line-file.ts'
import { archiveIdentity } from './archived-source.ts'
import { refuseMissingSecrets, type SecretOf } from './fill-secrets.ts'
import { planConversations, renderPlanned } from './make-plan.ts'
import { openPlan, refuseOtherArchive, writePlan } from './plan-file.ts'
import {
  PLAN_VERSION,
  type PlanEnd,
  type PlanHead,
  type PlannedConversation,
  type PlanTarget,
  type ReplayOptions,
  type ReplayPlan,
} from './plan.ts'
import { preflight, type PreflightOptions } from './preflight.ts'

/** How a plan is checked. Every option may be left out. */
export interface CheckOptions extends PreflightOptions {
  /** When given, a plan that needs a missing secret is refused. Called with the names in `connectorAuth`. */
  readonly secretOf?: SecretOf | undefined
}

type GivenOptions = { readonly [Name in keyof ReplayOptions]?: ReplayOptions[Name] | undefined }

/** How to plan a replay: give what differs from `defaultReplayOptions`. */
export interface PlanReplayOptions extends CheckOptions, GivenOptions {
  /** The conversations to plan. Default: all that still exist at the source. */
  readonly selection?: Selection | undefined
  /** Writes the plan to this file, which may replace an earlier plan but no other file. */
  readonly out?: string | undefined
  /** Called for each conversation when it is planned. */
  readonly onPlanned?: ((planned: PlannedConversation) => void | Promise<void>) | undefined
  /** Called for each line of the plan file, the first and the last included, whether or not `out` is given. */
  readonly onLine?: ((line: string) => void | Promise<void>) | undefined
}

/** The options of `planReplay` that are not given. */
export const defaultReplayOptions: ReplayOptions = {
  mode: 'history',
  tail: 'auto',
  rebuild: 'keep',
  agents: {},
  models: {},
  libraries: {},
  connectors: {},
  fallbackModel: null,
  connectorAuth: {},
  dropTools: false,
  label: '',
  price: null,
}

/**
 * Plans the replay of archived conversations into another account. Reads from the target and writes nothing to it.
 *
 * @param client a client of the target account
 * @throws HansardError `usage` for a mapping to or from something that does not exist, or a missing secret;
 * `another-account` if the target is the source account, or may be; `interrupted`; `file` if `out` cannot be written;
 * otherwise the error of the request that failed
 */
export async function planReplay(
  client: ConversationsClient,
  archive: Archive,
  options: PlanReplayOptions = {},
): Promise<ReplayPlan> {
  const { selection = {}, out, onPlanned, onLine, secretOf, signal } = options
  const replayOptions = withDefaults(options)
  const head: PlanHead = {
    kind: 'hansard replay plan',
    version: PLAN_VERSION,
    hansard: version,
    madeAt: new Date().toISOString(),
    archive: archiveIdentity(archive),
    options: replayOptions,
    target: await preflight(client, archive, replayOptions, options),
  }
  const checked = async function* (): AsyncGenerator<PlannedConversation, void, undefined> {
    for (const planned of planConversations(archive, selection, head)) {
      if (signal?.aborted === true) throw new HansardError('interrupted', 'Interrupted; nothing was sent')
      if (secretOf !== undefined) refuseMissingSecrets(planned, secretOf)
      await onPlanned?.(planned)
      yield planned
    }
  }
  const writeAll = (write: (line: string) => Promise<void>): Promise<PlanEnd> =>
    writePlan(head, checked(), async (line) => {
      await write(line)
      await onLine?.(line)
    })
  const end = await archive.snapshot(() => withLineFile(out, planContent, writeAll))
  return { head, end, conversations: () => planAgain(archive.path, selection, head) }
}

/**
 * Opens a plan file and checks it: is it complete and unedited, are the archive and the target as they were?
 *
 * @param client a client of the target account
 * @throws HansardError `plan-refused` if the plan cannot be run as it is; `file` if it cannot be read; otherwise as
 * `planReplay`
 */
export async function readPlan(
  client: ConversationsClient,
  archive: Archive,
  path: string,
  options: CheckOptions = {},
): Promise<ReplayPlan> {
  const plan = await openPlan(path)
  refuseOtherArchive(archive, plan.head)
  const target = await preflight(client, archive, plan.head.options, options)
  await checkPlan(archive, plan, target, options.secretOf)
  return plan
}

/** Renders every conversation again and checks that the archive and the target are as they were. */
async function checkPlan(
  archive: Archive,
  { head, conversations }: ReplayPlan,
  target: PlanTarget,
  secretOf: SecretOf | undefined,
): Promise<void> {
  if (head.target.baseUrl !== target.baseUrl) {
    const message = `The plan is for ${head.target.baseUrl}, not for ${target.baseUrl}`
    throw new HansardError('plan-refused', message, {
      hint: "Use --to-base-url with the plan's target, or make a new plan.",
    })
  }
  for await (const planned of conversations()) {
    if (secretOf !== undefined) refuseMissingSecrets(planned, secretOf)
    const { requests } = renderPlanned(archive, head, planned)
    const model = stringMember(requests[0]?.body ?? '{}', 'model')
    if (model !== undefined && !Object.hasOwn(target.models, model)) {
      throw new HansardError('plan-refused', `The target no longer has the model ${model}`, {
        hint: 'Make a new plan with `hansard replay plan`.',
      })
    }
  }
}

/** An option that is present but undefined counts as left out. The order is that of a plan's first line. */
function withDefaults(options: GivenOptions): ReplayOptions {
  const given = Object.keys(defaultReplayOptions).flatMap((name) => {
    const value = options[name as keyof ReplayOptions]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...defaultReplayOptions, ...Object.fromEntries(given) }
}

/** The plan is computed again each time, from a connection of its own: the caller's is writing meanwhile. */
async function* planAgain(
  path: string,
  selection: Selection,
  head: PlanHead,
): AsyncGenerator<PlannedConversation, void, undefined> {
  const view = openArchive(path)
  try {
    yield* planConversations(view, selection, head)
  } finally {
    view.close()
  }
}
