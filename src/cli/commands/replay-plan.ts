import type { Archive } from '../../archive/archive.ts'
import { withArchive } from '../../archive/with-archive.ts'
import { planReplay } from '../../replay/plan/plan-replay.ts'
import type { PlanEnd, PlannedConversation } from '../../replay/plan/plan.ts'
import { connectTarget } from '../connect/connect-target.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { planReplayOptions, type PlanOptions } from '../options/replay-options.ts'
import { formatPlanEnd, formatPlanned } from '../terminal/plan-table.ts'
import { jsonFor, write, writeLine } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

/** `hansard replay plan`: prints a table, or with --json the lines of the plan file. Exits with 3 if a conversation is blocked. */
export async function replayPlanCommand(options: PlanOptions, io: Io): Promise<ExitCode> {
  return await withArchive(options.archive, async (archive) => {
    const client = connectTarget(options, io)
    const { json, out } = options
    try {
      const { end } = await planReplay(client, archive, {
        ...planReplayOptions(options),
        out,
        signal: io.signal,
        onPlanned: (planned) => printPlanned(planned, options, io),
        onLine: json === true ? (line) => write(io.stdout, jsonFor(io.stdout, line)) : undefined,
      })
      await printEnd(end, options, io)
      const missing = await printMissing(archive, options, io)
      return end.blocked + missing > 0 ? exitCodes.partial : exitCodes.done
    } finally {
      await client.close()
    }
  })
}

async function printPlanned(planned: PlannedConversation, options: PlanOptions, io: Io): Promise<void> {
  if (options.json === true || (options.quiet === true && planned.state !== 'blocked')) return
  const width = io.stdout.isTTY === true ? (io.stdout.columns ?? 80) : Infinity
  const layout = { width, everyLoss: options.verbose === true }
  for (const line of formatPlanned(planned, layout)) await writeLine(io.stdout, line)
}

async function printEnd(end: PlanEnd, { json, quiet, out }: PlanOptions, io: Io): Promise<void> {
  if (json === true || quiet === true) return
  for (const line of formatPlanEnd(end)) await writeLine(io.stdout, line)
  if (out !== undefined) await writeLine(io.stdout, defuseLine(`Plan written to ${out}.`))
}

async function printMissing(archive: Archive, { id = [] }: PlanOptions, io: Io): Promise<number> {
  const missing = archive.conversations.missing(id)
  for (const each of missing) {
    await writeLine(io.stderr, `hansard: no conversation ${defuseLine(each)} in the archive`)
  }
  return missing.length
}
