import { openArchive, type Archive } from '../../archive/archive.ts'
import { HansardError } from '../../errors.ts'
import { planContent, LineFile } from '../../replay/line-file.ts'
import { planConversations, planHead } from '../../replay/plan/make-plan.ts'
import { planLines } from '../../replay/plan/plan-file.ts'
import type { PlanEnd, PlanHead, PlannedConversation } from '../../replay/plan/plan.ts'
import { preflight } from '../../replay/plan/preflight.ts'
import { connectTarget } from '../connect/connect-target.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { replayOptionsOf, type PlanOptions } from '../options/replay-options.ts'
import { selectionOf } from '../options/selection-options.ts'
import { linesOfEnd, linesOfPlanned } from '../terminal/plan-table.ts'
import { jsonFor, write, writeLine } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

/** `hansard replay plan`: a table; with --json the lines of the plan itself. Ends with 3 where a conversation is blocked. */
export async function replayPlanCommand(options: PlanOptions, io: Io): Promise<ExitCode> {
  const how = replayOptionsOf(options)
  const archive = openArchive(options.archive)
  const client = connectTarget(options, io)
  try {
    const { sameAccount, yesDifferent } = options
    const target = await preflight(client, archive, how, { sameAccount, yesDifferent, signal: io.signal })
    const head = planHead(archive, how, target, new Date())
    const end = await archive.snapshot(() => makePlan(archive, head, options, io))
    const missing = await tellMissing(archive, options, io)
    return end.blocked + missing > 0 ? exitCodes.partial : exitCodes.done
  } finally {
    await client.close()
    archive.close()
  }
}

async function makePlan(archive: Archive, head: PlanHead, options: PlanOptions, io: Io): Promise<PlanEnd> {
  const writer = options.out === undefined ? undefined : await LineFile.open(options.out, planContent)
  try {
    const lines = planLines(head, told(archive, head, options, io))
    for (;;) {
      const { value, done } = await lines.next()
      if (done === true) {
        await writer?.finish()
        await tellEnd(value, options, io)
        return value
      }
      await writer?.write(value)
      if (options.json === true) await write(io.stdout, jsonFor(io.stdout, value))
    }
  } catch (thrown) {
    await writer?.giveUp()
    throw thrown
  }
}

/** Tells of each conversation as it is planned. */
async function* told(
  archive: Archive,
  head: PlanHead,
  options: PlanOptions,
  io: Io,
): AsyncGenerator<PlannedConversation, void> {
  const layout = {
    width: io.stdout.isTTY === true ? (io.stdout.columns ?? 80) : Infinity,
    everyLoss: options.verbose === true,
  }
  for (const planned of planConversations(archive, selectionOf(options), head)) {
    if (io.signal.aborted) throw new HansardError('interrupted', 'Interrupted; no plan was written')
    if (options.json !== true && (options.quiet !== true || planned.state === 'blocked')) {
      for (const line of linesOfPlanned(planned, layout)) await writeLine(io.stdout, line)
    }
    yield planned
  }
}

async function tellEnd(end: PlanEnd, options: PlanOptions, io: Io): Promise<void> {
  if (options.json === true || options.quiet === true) return
  for (const line of linesOfEnd(end)) await writeLine(io.stdout, line)
  if (options.out !== undefined) await writeLine(io.stdout, defuseLine(`The plan is in ${options.out}.`))
}

async function tellMissing(archive: Archive, { id = [] }: PlanOptions, io: Io): Promise<number> {
  const missing = archive.conversations.missing(id)
  for (const each of missing) {
    await writeLine(io.stderr, `hansard: the archive holds no conversation ${defuseLine(each)}`)
  }
  return missing.length
}
