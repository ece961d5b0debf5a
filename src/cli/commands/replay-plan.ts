import { withArchive } from '../../archive/with-archive.ts'
import { planReplay } from '../../replay/plan/plan-replay.ts'
import type { PlannedConversation } from '../../replay/plan/plan.ts'
import { withTarget } from '../connect.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { planReplayOptions, type PlanOptions } from '../options/replay-options.ts'
import { withWholeIds } from '../options/whole-ids.ts'
import { warnOfMissing } from '../terminal/archive-warnings.ts'
import { formatPlanEnd, formatPlanned, layoutFor } from '../terminal/plan-table.ts'
import { jsonFor, write, writeLines } from '../terminal/stdout.ts'

/** `hansard replay plan`: prints a table, or with --json the lines of the plan file. Exits with 3 if a conversation is blocked. */
export async function replayPlanCommand(options: PlanOptions, io: Io): Promise<ExitCode> {
  const { json, quiet, out } = options
  const layout = layoutFor(options, io)
  const onPlanned = async (planned: PlannedConversation) => {
    if (!json && (!quiet || planned.state === 'blocked'))
      await writeLines(io.stdout, formatPlanned(planned, layout))
  }
  const onLine = json ? (line: string) => write(io.stdout, jsonFor(io.stdout, line)) : undefined
  return await withArchive(options.archive, async (archive) => {
    const selected = withWholeIds(archive, options)
    const how = { ...planReplayOptions(selected), out, signal: io.signal, onPlanned, onLine }
    const { end } = await withTarget(options, io, (client) => planReplay(client, archive, how))
    if (!json && !quiet) await writeLines(io.stdout, formatPlanEnd(end, out))
    const missing = await warnOfMissing(archive, selected.id, io)
    return end.blocked + missing > 0 ? exitCodes.partial : exitCodes.done
  })
}
