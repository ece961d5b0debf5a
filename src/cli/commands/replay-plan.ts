import { withArchive } from '../../archive/with-archive.ts'
import { planReplay } from '../../replay/plan/plan-replay.ts'
import type { PlannedConversation } from '../../replay/plan/plan.ts'
import { withTarget } from '../connect.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { planReplayOptions, type PlanOptions } from '../options/replay-options.ts'
import { withWholeIds } from '../options/whole-ids.ts'
import { warnOfMissing } from '../terminal/archive-warnings.ts'
import { PlanReport } from '../terminal/plan-report.ts'
import { formatPlanned, layoutFor } from '../terminal/plan-table.ts'
import { jsonFor, write, writeLines } from '../terminal/stdout.ts'

/**
 * `hansard replay plan`: prints a summary, with --verbose every conversation, with --json the lines of the plan file. Exits
 * with 3 if a conversation is blocked.
 */
export async function replayPlanCommand(options: PlanOptions, io: Io): Promise<ExitCode> {
  const { json = false, quiet = false, verbose = false, out } = options
  if (out !== undefined) io.goOnUnread?.()
  const layout = layoutFor(options, io)
  const report = new PlanReport()
  const onPlanned = async (planned: PlannedConversation) => {
    report.add(planned)
    const isShown = verbose && !json && (!quiet || planned.state === 'blocked')
    if (isShown) await writeLines(io.stdout, formatPlanned(planned, layout))
  }
  const onLine = json ? (line: string) => write(io.stdout, jsonFor(io.stdout, line)) : undefined
  return await withArchive(options.archive, async (archive) => {
    const selected = withWholeIds(archive, options)
    const how = { ...planReplayOptions(selected), out, signal: io.signal, onPlanned, onLine }
    const { end } = await withTarget(options, io, (client) => planReplay(client, archive, how))
    const lines = quiet ? report.blockLines(layout.width) : report.lines(end, out, layout.width)
    if (!json) await writeLines(io.stdout, lines)
    const missing = await warnOfMissing(archive, selected.id, io)
    return end.blocked + missing > 0 ? exitCodes.partial : exitCodes.done
  })
}
