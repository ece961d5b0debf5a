import type { ConversationsClient } from '../../api/client.ts'
import type { Archive } from '../../archive/archive.ts'
import { withLockedArchive } from '../../archive/locked-archive.ts'
import type { ArchiveLock } from '../../archive/sqlite/archive-lock.ts'
import { HansardError } from '../../errors.ts'
import { plural } from '../../model/plural.ts'
import { planReplay, readPlan, type ReplayPlan } from '../../replay/plan/plan-replay.ts'
import { runReplay, type ReplayProgress, type ReplayResult } from '../../replay/run/replay.ts'
import { connectTarget } from '../connect/connect-target.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { planReplayOptions, refusePlanningOptions, type RunOptions } from '../options/replay-options.ts'
import { confirm, canConfirm } from '../terminal/confirm.ts'
import { estimateWords, money, spentWords, tokenWords } from '../terminal/plan-table.ts'
import { showProgress } from '../terminal/progress.ts'
import { writeJson, writeLine } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

/** `hansard replay run`: carries out a plan. */
export async function replayRunCommand(options: RunOptions, io: Io): Promise<ExitCode> {
  if (options.yes !== true && !canConfirm(io)) {
    throw new HansardError('usage', 'There is no terminal to ask on whether to send', {
      hint: 'Look at what `hansard replay plan` tells, then pass --yes.',
    })
  }
  return await withLockedArchive(options.archive, { holder: io.name }, async (archive, lock) => {
    const client = connectTarget(options, io)
    try {
      return await plannedRun(client, archive, lock, options, io)
    } finally {
      await client.close()
    }
  })
}

async function plannedRun(
  client: ConversationsClient,
  archive: Archive,
  lock: ArchiveLock,
  options: RunOptions,
  io: Io,
): Promise<ExitCode> {
  const plan = await planToRun(client, archive, options, io)
  if (options.maxCost !== undefined && plan.head.options.price === null) {
    throw new HansardError('usage', '--max-cost requires --price', {
      hint: 'Give --price IN,OUT, the price of a million tokens; a plan file keeps the price it was made with.',
    })
  }
  if (options.yes !== true && !(await confirm(questionOf(plan), io))) {
    await writeLine(io.stderr, 'hansard: nothing was sent')
    return exitCodes.done
  }
  io.goOnUnread?.()
  return run(client, archive, lock, plan, options, io)
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

function questionOf({ end, head }: ReplayPlan): string {
  const { ready, readyWithLosses, blocked, estimate } = end
  const what = `Send ${plural(ready + readyWithLosses, 'conversation')} to ${head.target.baseUrl}`
  const losses = readyWithLosses > 0 ? `, ${readyWithLosses} of them with losses` : ''
  const rest = blocked > 0 ? `; ${blocked} are blocked` : ''
  return defuseLine(`${what}${losses}${rest}: about ${estimateWords(estimate)}?`)
}

async function run(
  client: ConversationsClient,
  archive: Archive,
  lock: ArchiveLock,
  plan: ReplayPlan,
  options: RunOptions,
  io: Io,
): Promise<ExitCode> {
  const progress = showProgress<ReplayProgress>(options, io, lineOf)
  const { again, concurrency, settle, resolve, yesDifferent, maxCost, maxTokens, maxRequests } = options
  try {
    const result = await runReplay(client, archive, plan, {
      ...{ lock, again, concurrency, resolve, yesDifferent, maxCost, maxTokens, maxRequests },
      settleSeconds: settle,
      secretOf: (name) => io.env[name],
      signal: io.signal,
      onProgress: progress.update,
      onNotice: ({ id, state, reason }) => {
        if (state === 'blocked' && options.quiet === true) return
        progress.end()
        io.stderr.write(`${defuseLine(`${state}: ${id}: ${reason}`)}\n`)
      },
    })
    progress.end()
    await tell(result, options, io)
    return exits[result.outcome]
  } finally {
    progress.end()
  }
}

const exits: Readonly<Record<ReplayResult['outcome'], ExitCode>> = {
  done: exitCodes.done,
  partial: exitCodes.partial,
  budget: exitCodes.budget,
  interrupted: exitCodes.interrupted,
}

function lineOf({
  planned,
  done,
  pending,
  uncertain,
  failed,
  tokensIn,
  tokensOut,
  cost,
}: ReplayProgress): string {
  const parts = [`${done} of ${planned} done`, `${pending} pending`]
  if (failed > 0) parts.push(`${failed} failed`)
  if (uncertain > 0) parts.push(`${uncertain} uncertain`)
  parts.push(`${(tokensIn + tokensOut).toLocaleString('en')} tokens`)
  if (cost !== null) parts.push(`cost ${money(cost)}`)
  return parts.join(' · ')
}

async function tell(result: ReplayResult, options: RunOptions, io: Io): Promise<void> {
  if (options.json === true) {
    await writeJson(io.stdout, { command: 'replay run', ...result })
    return
  }
  if (options.quiet === true) return
  const { planned, done, before, recognised, found, requests, cost, carried, seconds } = result
  const notes = [
    ...(before > 0 ? [`${before} were there before`] : []),
    ...(recognised > 0 ? [`${recognised} made by another archive`] : []),
    ...(found > 0 ? [`${found} found after a lost answer`] : []),
  ]
  const others = (['pending', 'open', 'uncertain', 'failed', 'blocked', 'stale', 'diverged'] as const)
    .filter((state) => result[state] > 0)
    .map((state) => `${result[state]} ${state}`)
  const head = `${done} of ${plural(planned, 'conversation')} done${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`
  await writeLine(io.stdout, `${[head, ...others].join(', ')}.`)
  const spent = [plural(requests, 'request'), spentWords(result)]
  if (cost !== null) spent.push(`cost ${money(cost)}`)
  await writeLine(io.stdout, `${[...spent, `${seconds.toFixed(1)} s`].join(', ')}.`)
  if (result.outcome === 'budget') {
    const { tokensIn, tokensOut } = carried
    const killed =
      tokensIn + tokensOut === 0 ? '' : `, of which a run that was killed had spent ${tokenWords(carried)}`
    await writeLine(
      io.stdout,
      `Stopped at the limit: ${result.limit ?? ''}${killed}. Another run goes on from here.`,
    )
  }
  if (result.outcome === 'interrupted') {
    await writeLine(io.stdout, 'Interrupted; another run goes on from here.')
  }
}
