import type { ConversationsClient } from '../../api/client.ts'
import { openArchive, type Archive } from '../../archive/archive.ts'
import type { Selection } from '../../archive/content/selection.ts'
import { HansardError } from '../../errors.ts'
import { planContent, withLineFile } from '../line-file.ts'
import { checkPlan, refuseMissingSecrets } from './check-plan.ts'
import type { SecretOf } from './fill-secrets.ts'
import { planConversations, planHead } from './make-plan.ts'
import { openPlan, planLines, refuseOtherArchive } from './plan-file.ts'
import type { PlanEnd, PlanHead, PlannedConversation, ReplayOptions } from './plan.ts'
import { preflight, type PreflightOptions } from './preflight.ts'

/** A plan that was read to its end and checked against the archive and the target. */
export interface ReplayPlan {
  readonly head: PlanHead
  /** The totals. */
  readonly end: PlanEnd
  /** Reads the planned conversations, one at a time; can be called again. */
  conversations(): AsyncGenerator<PlannedConversation, void, undefined>
}

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
  const { selection = {}, onPlanned, secretOf, signal } = options
  const replayOptions = withDefaults(options)
  const head = planHead(
    archive,
    replayOptions,
    await preflight(client, archive, replayOptions, options),
    new Date(),
  )
  const checked = async function* (): AsyncGenerator<PlannedConversation, void, undefined> {
    for (const planned of planConversations(archive, selection, head)) {
      if (signal?.aborted === true) throw new HansardError('interrupted', 'Interrupted; nothing was sent')
      if (secretOf !== undefined) refuseMissingSecrets(planned, secretOf)
      await onPlanned?.(planned)
      yield planned
    }
  }
  const end = await archive.snapshot(() => writeLines(planLines(head, checked()), options))
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

function writeLines(
  lines: AsyncGenerator<string, PlanEnd, undefined>,
  { out, onLine }: PlanReplayOptions,
): Promise<PlanEnd> {
  return withLineFile(out, planContent, async (write) => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done === true) return value
      await write(value)
      await onLine?.(value)
    }
  })
}
