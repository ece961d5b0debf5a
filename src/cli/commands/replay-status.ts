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
import { writeJson, writeLine, writeLines } from '../terminal/stdout.ts'

/** `hansard replay status`: prints what was copied to which target, what is unsettled, and what it cost. */
export async function replayStatusCommand(options: GlobalOptions, io: Io): Promise<ExitCode> {
  return await withArchive(options.archive, async (archive) => {
    const targets = replayStatus(archive)
    if (options.json) {
      const unsettled = [...unfinishedCopies(archive)].map(toJson)
      await writeJson(io.stdout, { command: 'replay status', targets, unsettled })
      return exitCodes.done
    }
    if (targets.length === 0) await writeLine(io.stdout, 'Nothing has been replayed yet.')
    await writeLines(io.stdout, targets.flatMap(formatTarget))
    for (const copy of unfinishedCopies(archive)) await writeLines(io.stdout, [formatCopy(copy)])
    return exitCodes.done
  })
}

function formatCopy({ state, conversation, targetId, reason }: UnfinishedCopy): string {
  const where = targetId === null ? '' : ` (${targetId})`
  return `${state}: ${conversation}${where}${reason === null ? '' : `: ${reason}`}`
}

function toJson({ conversation, state, reason, targetId, mode, label }: UnfinishedCopy): object {
  return { id: conversation, state, reason, targetId, mode, label }
}

function formatTarget({ baseUrl, counts, grown, spent }: TargetStatus): string[] {
  const { open, ...others } = counts
  const copies = formatCounts(nonZero({ ...others, 'without a response': open }))
  const { requests, cost } = spent
  const lines = [`${baseUrl}: ${copies || 'no copies'}.`]
  if (grown > 0) {
    const what = `${plural(grown, 'copy')} of conversations that have grown since`
    lines.push(`  ${what}: \`hansard replay run --again\` copies them again.`)
  }
  const price = cost === null ? '' : `, cost ${formatCost(cost)}`
  return [...lines, `  Spent: ${plural(requests, 'write')}, ${formatSpent(spent)}${price}.`]
}
