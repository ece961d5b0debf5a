import type { ConversationsClient } from '../api/client.ts'
import { openArchive, type Archive } from '../archive/archive.ts'
import { HansardError } from '../errors.ts'
import { checkPlan, refuseMissingSecrets } from '../replay/plan/check-plan.ts'
import { planConversations, planHead } from '../replay/plan/make-plan.ts'
import { openPlan, planLines, refuseOtherArchive } from '../replay/plan/plan-file.ts'
import type { PlanEnd, PlannedConversation } from '../replay/plan/plan.ts'
import { preflight } from '../replay/plan/preflight.ts'
import type { ReplayPlan } from '../replay/run/replay.ts'
import type { Io } from './io.ts'
import { replayOptionsOf, type RunOptions } from './options/replay-options.ts'
import { selectionOf } from './options/selection-options.ts'

/** A plan that was checked, and its sums. */
export interface CheckedPlan extends ReplayPlan {
  readonly end: PlanEnd
  close(): void
}

/**
 * Opens the plan that is named, or makes one of the options; in either case nothing is sent before all of it was gone
 * through.
 */
export async function planToRun(
  client: ConversationsClient,
  archive: Archive,
  options: RunOptions,
  io: Io,
): Promise<CheckedPlan> {
  return options.plan === undefined
    ? makePlan(client, archive, options, io)
    : readPlan(client, archive, options, options.plan, io)
}

async function readPlan(
  client: ConversationsClient,
  archive: Archive,
  options: RunOptions,
  path: string,
  io: Io,
): Promise<CheckedPlan> {
  refuseOptionsOfPlan(options)
  const plan = await openPlan(path)
  refuseOtherArchive(archive, plan.head)
  const { sameAccount, yesDifferent } = options
  const vouched = { sameAccount, yesDifferent, signal: io.signal }
  await checkPlan(archive, plan, await preflight(client, archive, plan.head.options, vouched))
  for await (const planned of plan.conversations()) refuseMissingSecrets(planned, (name) => io.env[name])
  return { ...plan, close: () => undefined }
}

/** It is made anew each time it is read, from a view of the archive that our own writing does not change. */
async function makePlan(
  client: ConversationsClient,
  archive: Archive,
  options: RunOptions,
  io: Io,
): Promise<CheckedPlan> {
  const how = replayOptionsOf(options)
  const { sameAccount, yesDifferent } = options
  const target = await preflight(client, archive, how, { sameAccount, yesDifferent, signal: io.signal })
  const head = planHead(archive, how, target, new Date())
  const view = openArchive(archive.path)
  const selection = selectionOf(options)
  try {
    const conversations = async function* (): AsyncGenerator<PlannedConversation, void, undefined> {
      yield* planConversations(view, selection, head)
    }
    const checked = async function* (): AsyncGenerator<PlannedConversation, void, undefined> {
      for await (const planned of conversations()) {
        if (io.signal.aborted) throw new HansardError('interrupted', 'Interrupted; nothing was sent')
        refuseMissingSecrets(planned, (name) => io.env[name])
        yield planned
      }
    }
    return { head, end: await endOf(planLines(head, checked())), conversations, close: () => view.close() }
  } catch (thrown) {
    view.close()
    throw thrown
  }
}

async function endOf(lines: AsyncGenerator<string, PlanEnd, undefined>): Promise<PlanEnd> {
  for (;;) {
    const { value, done } = await lines.next()
    if (done === true) return value
  }
}

/** What a plan says must not be overheard by who gives both. */
function refuseOptionsOfPlan(options: RunOptions): void {
  const { mode = 'history', tail = 'auto', rebuild = 'keep', ...others } = options
  const isChanged = mode !== 'history' || tail !== 'auto' || rebuild !== 'keep'
  const names = [
    'id',
    'since',
    'until',
    'model',
    'agent',
    'metadata',
    'match',
    'limit',
    'includeGone',
  ] as const
  const hows = [
    'mapAgent',
    'mapModel',
    'mapLibrary',
    'mapConnector',
    'connectorAuth',
    'fallbackModel',
  ] as const
  const more = ['dropTools', 'label', 'price'] as const
  const given = [...names, ...hows, ...more].find(
    (name) => (others as Record<string, unknown>)[name] !== undefined,
  )
  if (!isChanged && given === undefined) return
  throw new HansardError('usage', 'A plan was named, and options that say how to make one', {
    hint: 'Leave them out: the plan says what is sent. Or plan again with them.',
  })
}
