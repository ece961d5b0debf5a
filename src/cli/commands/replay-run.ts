import type { ConversationsClient } from '../../api/client.ts'
import type { Archive } from '../../archive/archive.ts'
import { withLockedArchive } from '../../archive/with-archive.ts'
import type { ArchiveLock } from '../../archive/sqlite/archive-lock.ts'
import { HansardError } from '../../errors.ts'
import { formatCounts, formatNumber, nonZero, plural } from '../../model/plural.ts'
import { refuseMissingPlan } from '../../replay/plan/plan-file.ts'
import { planReplay, readPlan } from '../../replay/plan/plan-replay.ts'
import type { ReplayPlan } from '../../replay/plan/plan.ts'
import { runReplay, type ReplayProgress, type ReplayResult } from '../../replay/run/replay.ts'
import { withTarget } from '../connect.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { planReplayOptions, refusePlanningOptions, type RunOptions } from '../options/replay-options.ts'
import { wholeIds, withWholeIds } from '../options/whole-ids.ts'
import { confirm, refuseWithoutTerminal } from '../terminal/confirm.ts'
import { CopyReport, formatNotedCopy } from '../terminal/copy-report.ts'
import { formatEstimate, formatCost, formatSpent, formatTokens } from '../terminal/plan-table.ts'
import { showReplay } from '../terminal/progress-texts.ts'
import { ProgressLine } from '../terminal/progress.ts'
import { widthOf, writeLine, writeLines, writeResult } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

/** `hansard replay run`: carries out a plan. */
export async function replayRunCommand(given: RunOptions, io: Io): Promise<ExitCode> {
  if (given.plan !== undefined) refuseMissingPlan(given.plan)
  if (!given.yes) refuseWithoutTerminal(io, 'Check what `hansard replay plan` shows, then pass --yes.')
  const progress = new ProgressLine(given, io, showReplay)
  return await withLockedArchive(given.archive, { holder: io.name }, (archive, lock) => {
    const options = withResolvedIds(archive, given)
    const work = async (client: ConversationsClient) => {
      const plan = await planToRun(client, archive, options, io)
      if (options.maxCost !== undefined && plan.head.options.price === null) {
        throw new HansardError('usage', '--max-cost requires --price', {
          hint: 'Give --price IN,OUT, the price of a million tokens; a plan file keeps the price it was made with.',
        })
      }
      if (!options.yes && !(await confirm(formatQuestion(plan), io))) {
        await writeLine(io.stderr, 'hansard: Nothing was sent')
        return exitCodes.done
      }
      io.goOnUnread?.()
      const { result, notices } = await run(client, archive, plan, { ...options, lock }, { ...io, progress })
      const summary = { command: 'replay run', ...result, limit: result.limit ?? null, notices }
      await writeResult(options, io, summary, formatResult(result))
      return exitCodes[result.outcome]
    }
    return withTarget(options, io, work, progress)
  }).finally(progress.end)
}

/** Replaces the beginnings of ids of conversations in --id and --resolve. */
function withResolvedIds(archive: Archive, options: RunOptions): RunOptions {
  const { resolve, ...others } = withWholeIds(archive, options)
  if (resolve === undefined) return others
  const pairs = Object.entries(resolve).map(([text, copy]) => [...wholeIds(archive, [text]), copy] as const)
  return { ...others, resolve: Object.fromEntries(pairs) as Record<string, string> }
}

/** Reads the plan file, or makes the plan; either way all of it is checked before anything is sent. */
function planToRun(
  client: ConversationsClient,
  archive: Archive,
  options: RunOptions,
  { signal, env }: Io,
): Promise<ReplayPlan> {
  const { plan, sameAccount, yesDifferent } = options
  const how = { sameAccount, yesDifferent, signal, secretOf: (name: string) => env[name] }
  if (plan === undefined) return planReplay(client, archive, { ...planReplayOptions(options), ...how })
  refusePlanningOptions(options)
  return readPlan(client, archive, plan, how)
}

function formatQuestion({ end, head }: ReplayPlan): string {
  const { ready, readyWithLosses, blocked, estimate } = end
  const what = `Send ${plural(ready + readyWithLosses, 'conversation')} to ${head.target.baseUrl}`
  const losses = readyWithLosses > 0 ? `, ${formatNumber(readyWithLosses)} of them with losses` : ''
  const rest = blocked > 0 ? ` (${formatNumber(blocked)} blocked)` : ''
  return defuseLine(`${what}${losses}${rest}: about ${formatEstimate(estimate)}?`)
}

/** Number of lines for what a person should look at; the result needs the others. */
const MAX_NOTICE_LINES = 34

/** Runs the plan, and then prints to stderr what a person should look at, also after an error. */
async function run(
  client: ConversationsClient,
  archive: Archive,
  plan: ReplayPlan,
  options: RunOptions & { readonly lock: ArchiveLock },
  { progress, ...io }: Io & { readonly progress: ProgressLine<ReplayProgress> },
): Promise<{ result: ReplayResult; notices: readonly object[] }> {
  const report = new CopyReport()
  const result = await runReplay(client, archive, plan, {
    ...options,
    settleSeconds: options.settle,
    secretOf: (name) => io.env[name],
    signal: io.signal,
    onProgress: progress.update,
    onNotice: (notice) => {
      if (notice.state === 'blocked' && options.quiet) return
      report.add(notice)
      if (options.verbose) progress.print(formatNotedCopy(notice))
    },
  }).finally(async () => {
    progress.end()
    const more = 'see `hansard replay status --verbose`'
    await writeLines(io.stderr, report.lines({ lines: MAX_NOTICE_LINES, width: widthOf(io.stderr), more }))
  })
  return {
    result,
    notices: report.groups().map(({ reason, count, examples }) => ({ reason, count, examples })),
  }
}

function formatResult(result: ReplayResult): string[] {
  const { planned, done, before, recognised, found, requests, cost, carried, seconds, outcome } = result
  const { pending, open, uncertain, failed, blocked, stale, diverged } = result
  const notes = formatCounts(
    nonZero({
      'done before': before,
      'made by another archive': recognised,
      'found after a lost response': found,
    }),
  )
  const others = formatCounts(
    nonZero({ pending, 'without a response': open, uncertain, failed, blocked, stale, diverged }),
  )
  const head = `${formatNumber(done)} of ${plural(planned, 'conversation')} done`
  const spent = [plural(requests, 'request'), formatSpent(result)]
  if (cost !== null) spent.push(`cost ${formatCost(cost)}`)
  const lines = [
    `${head}${notes && ` (${notes})`}${others && `, ${others}`}.`,
    `${[...spent, `${seconds.toFixed(1)} s`].join(', ')}.`,
  ]
  if (outcome === 'budget') {
    const isKilled = carried.tokensIn + carried.tokensOut > 0
    const killed = isKilled ? ` (a killed run had spent ${formatTokens(carried)} of it)` : ''
    lines.push(`Stopped at the limit: ${result.limit ?? ''}${killed}. Run it again to continue.`)
  }
  if (outcome === 'interrupted') lines.push('Interrupted. Run it again to continue.')
  return lines
}
