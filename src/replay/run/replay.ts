import type { ConversationsClient } from '../../api/client.ts'
import { systemClock, type Clock } from '../../api/clock.ts'
import type { Archive } from '../../archive/archive.ts'
import { lockArchive, type ArchiveLock } from '../../archive/sqlite/archive-lock.ts'
import type { ServiceFact } from '../../archive/journal/service-facts.ts'
import type { ReplayTarget } from '../../archive/ledger/replay-targets.ts'
import { isHansardError } from '../../errors.ts'
import { plural } from '../../model/plural.ts'
import type { StepProgress } from '../../model/step-progress.ts'
import { identifyTarget } from '../identify-target.ts'
import type { SecretOf } from '../plan/fill-secrets.ts'
import type { ReplayPlan } from '../plan/plan.ts'
import { Budget, type Carried, type Limits, type Spent } from './budget.ts'
import { reconcile } from './reconcile.ts'
import { findForeignCopies, recordPlan } from './record-plan.ts'
import { resolveCopies } from './resolve-copy.ts'
import { Rounds } from './rounds.ts'
import { timestamp, type RunContext } from './run-context.ts'
import { Tally, type Notice, type ReplayCounts, type ReplayStep } from './tally.ts'
import { TargetReader } from './target-reader.ts'

/** What `runReplay` needs of a plan. */
type Runnable = Pick<ReplayPlan, 'head' | 'conversations'>

/** How to replay. Every option may be left out. */
export interface ReplayRunOptions extends Limits {
  /** The archive's lock, if the caller holds it already. By default it is taken for the time of the run. */
  readonly lock?: ArchiveLock | undefined
  /** Conversations sent at the same time. Default: 4. */
  readonly concurrency?: number | undefined
  /** Seconds after a lost request in which the target may still carry it out. Default: 30. */
  readonly settleSeconds?: number | undefined
  /** Copy a conversation again if only a copy of an earlier revision exists. */
  readonly again?: boolean | undefined
  /** Decisions about uncertain copies, by the id at the source: the id at the target, or `none`. */
  readonly resolve?: Readonly<Record<string, string>> | undefined
  /** Accept the target as a new one without proof that it is none of earlier replays. */
  readonly yesDifferent?: boolean | undefined
  /** Returns the secret in an environment variable that the plan's `connectorAuth` names. */
  readonly secretOf?: SecretOf | undefined
  /** Ends the run; writes that were sent are waited for. */
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock | undefined
  /** Called after each change of the counts. */
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined
  /** Called for each conversation that is not simply copied, with the reason. */
  readonly onNotice?: ((notice: Notice) => void) | undefined
}

/** The counts of a run. Tokens and cost are as they count against the limits: at least the plan's estimate. */
export interface ReplayTotals extends ReplayCounts, Spent {
  /** In the currency of the price; null without a price. */
  readonly cost: number | null
}

/** The progress of a run. */
export interface ReplayProgress extends ReplayTotals {
  readonly step: StepProgress<ReplayStep>
}

/**
 * How a run ended. `done`: each conversation of the plan has its copy. `partial`: some do not. `budget`: a limit was
 * reached. `interrupted`: `signal` ended it. Run it again to continue.
 */
export interface ReplayResult extends ReplayTotals {
  readonly outcome: 'done' | 'partial' | 'budget' | 'interrupted'
  /** The limit that ended the run. */
  readonly limit: string | undefined
  /** Also counted against the limits: spent by an earlier run that was killed. */
  readonly carried: Carried
  /** All requests of the client, including reads. */
  readonly requests: number
  readonly seconds: number
}

/**
 * Runs a plan of `planReplay` or `readPlan`: sends each conversation exactly once, whatever happens (for the proof see
 * src/replay/README.md). What an earlier run did is not done again, so a run that ended early is simply repeated.
 *
 * @param client a client of the target account
 * @param archive open for writing
 * @throws HansardError `archive-locked` if another process holds the archive; `another-account` if the account may be
 * the target of an earlier replay; `usage` for an impossible `resolve`; otherwise the error that ended the run
 */
export async function runReplay(
  client: ConversationsClient,
  archive: Archive,
  plan: Runnable,
  options: ReplayRunOptions = {},
): Promise<ReplayResult> {
  const begun = performance.now()
  const budget = new Budget(options, plan.head.options.price, () => client.counters.requests)
  const totals = (): ReplayTotals => ({ cost: budget.cost, ...tally.counts, ...budget.spent })
  const onChange = () => options.onProgress?.({ step: tally.step, ...totals() })
  const tally = new Tally(onChange, options.onNotice)
  const lock = options.lock ?? lockArchive(archive.path, 'runReplay')
  try {
    const context = await openContext(client, archive, plan, { ...options, lock }, budget, tally)
    try {
      await runPlan(context, plan, options)
    } catch (thrown) {
      if (!isHansardError(thrown, 'budget')) throw thrown
      budget.exhausted ??= plural(options.maxRequests ?? 0, 'request')
    } finally {
      archive.transaction(() => archive.replayRuns.end(context.run.id, timestamp()))
    }
    archive.checkpoint()
    return {
      ...totals(),
      outcome: outcomeOf(tally.counts, budget, context.signal),
      limit: budget.exhausted,
      carried: budget.carried,
      requests: client.counters.requests,
      seconds: (performance.now() - begun) / 1000,
    }
  } finally {
    if (options.lock === undefined) lock.release()
  }
}

async function runPlan(
  context: RunContext,
  plan: Runnable,
  { again = false, concurrency = 4, resolve = {} }: ReplayRunOptions,
): Promise<void> {
  const { tally } = context
  tally.begin('reconcile')
  await reconcileEarlierRuns(context, resolve)
  tally.begin('record')
  const isAnyPending = await recordPlan(context, plan.conversations(), { again })
  if (!isAnyPending) return
  tally.begin('search')
  const isAnyHidden = await findForeignCopies(context, again)
  tally.begin('send')
  await new Rounds(context, { plan, concurrency, isAnyHidden }).work()
}

async function openContext(
  client: ConversationsClient,
  archive: Archive,
  { head }: Runnable,
  options: ReplayRunOptions & { readonly lock: ArchiveLock },
  budget: Budget,
  tally: Tally,
): Promise<RunContext> {
  const { settleSeconds = 30, clock = systemClock, lock, yesDifferent = false } = options
  const { signal = new AbortController().signal, secretOf = () => undefined } = options
  const known = await identifyTarget(client, archive, { signal, yesDifferent })
  const factOf = (name: ServiceFact) => archive.serviceFacts.read(client.baseUrl, name, new Date())
  const begunAt = timestamp()
  const { target, run } = archive.transaction(() => {
    const target = known ?? archive.replayTargets.add(client.baseUrl, begunAt)
    archive.replayTargets.remember(target, (salt) => client.hashKey(salt), begunAt)
    return {
      target: asProbed(target, archive, factOf('metadata_in_get')),
      run: archive.replayRuns.begin(target.id, begunAt),
    }
  })
  budget.carried = run.carried
  return {
    ...{ client, archive, head, budget, tally, run, begunAt, target, signal, clock, secretOf },
    confirmLock: () => lock.confirm(),
    reader: new TargetReader(client, signal, clock, factOf('page_size')),
    settleMs: settleSeconds * 1000,
    isFilterUseless: factOf('metadata_filter') === 0,
    scrub: scrubber(Object.values(head.options.connectorAuth).map(secretOf)),
  }
}

/** Where a probe has found out whether metadata come back, no copy has to be read back for it. */
function asProbed(target: ReplayTarget, archive: Archive, comesBack: number | undefined): ReplayTarget {
  if (target.stampPlace !== null || comesBack === undefined) return target
  const stampPlace = comesBack === 1 ? 'metadata' : 'description'
  archive.replayTargets.setStampPlace(target.id, stampPlace)
  return { ...target, stampPlace }
}

/** Removes these secrets from texts that the target may have echoed, in their JSON and URL forms too. */
function scrubber(secrets: readonly (string | undefined)[]): RunContext['scrub'] {
  const known = secrets.filter((secret) => secret !== undefined && secret !== '') as string[]
  const forms = known.flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((scrubbed, form) => scrubbed.replaceAll(form, '[a secret]'), text)
}

/**
 * Finds out what became of the lost requests of earlier runs. The settling time counts from now: when those runs ended
 * is not stored, and they have ended, since their process held the lock.
 */
async function reconcileEarlierRuns(
  context: RunContext,
  resolutions: Readonly<Record<string, string>>,
): Promise<void> {
  const { archive, target, clock, settleMs, signal, tally } = context
  const isAny = (state: 'open' | 'uncertain') =>
    archive.replayCopies.inState(target.id, state).next().done !== true
  if (isAny('open')) await clock.sleep(settleMs, signal)
  if (isAny('open') || isAny('uncertain')) {
    for (const { copy, result } of await reconcile(context, ['open', 'uncertain'])) {
      if (result.kind === 'found') tally.add('found')
      const { state, reason } = archive.replayCopies.read(copy.id)
      if (state !== 'uncertain' || resolutions[copy.conversation] !== undefined) continue
      tally.notice({ id: copy.conversation, state, reason: reason ?? '' })
    }
  }
  await resolveCopies(context, resolutions)
}

function outcomeOf(counts: ReplayCounts, budget: Budget, signal: AbortSignal): ReplayResult['outcome'] {
  const isAnyLeft = counts.done < counts.planned
  if (signal.aborted && isAnyLeft) return 'interrupted'
  if (budget.exhausted !== undefined) return 'budget'
  return isAnyLeft ? 'partial' : 'done'
}
