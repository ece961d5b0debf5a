import { withArchive } from '../../archive/with-archive.ts'
import { formatCounts, nonZero, plural } from '../../model/plural.ts'
import {
  replayStatus,
  unfinishedCopies,
  type TargetStatus,
  type UnfinishedCopy,
} from '../../replay/replay-status.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { formatCost, formatSpent } from '../terminal/plan-table.ts'
import { writeJson, writeLine } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

/** `hansard replay status`: prints what was copied to which target, what is unsettled, and what it cost. */
export async function replayStatusCommand(options: GlobalOptions, io: Io): Promise<ExitCode> {
  return await withArchive(options.archive, async (archive) => {
    const targets = replayStatus(archive)
    if (options.json === true) {
      const unsettled = [...unfinishedCopies(archive)].map(toJson)
      await writeJson(io.stdout, { command: 'replay status', targets, unsettled })
      return exitCodes.done
    }
    if (targets.length === 0) await writeLine(io.stdout, 'Nothing has been replayed yet.')
    for (const target of targets) {
      for (const line of formatTarget(target)) await writeLine(io.stdout, defuseLine(line))
    }
    for (const { state, conversation, targetId, reason } of unfinishedCopies(archive)) {
      const where = targetId === null ? '' : ` (${targetId})`
      await writeLine(
        io.stdout,
        defuseLine(`${state}: ${conversation}${where}${reason === null ? '' : `: ${reason}`}`),
      )
    }
    return exitCodes.done
  })
}

function toJson({ conversation, state, reason, targetId, mode, label }: UnfinishedCopy): object {
  return { id: conversation, state, reason, targetId, mode, label }
}

function formatTarget({ baseUrl, counts, grown, spent }: TargetStatus): string[] {
  const { open, ...others } = counts
  const copies = formatCounts(nonZero({ ...others, 'without a response': open }))
  const { requests, cost } = spent
  return [
    `${baseUrl}: ${copies || 'no copies'}.`,
    ...(grown > 0
      ? [
          `  ${plural(grown, 'copy')} of conversations that have grown since: \`hansard replay run --again\` copies them again.`,
        ]
      : []),
    `  Spent: ${plural(requests, 'write')}, ${formatSpent(spent)}${cost === null ? '' : `, cost ${formatCost(cost)}`}.`,
  ]
}
