import type { Archive } from '../../archive/archive.ts'
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
import { CopyReport, formatNotedCopy } from '../terminal/copy-report.ts'
import { formatCost, formatSpent } from '../terminal/plan-table.ts'
import { widthOf, writeJson, writeLines } from '../terminal/stdout.ts'

/** Number of targets that are shown; each needs up to three lines. */
const MAX_TARGETS = 3

const MAX_COPY_LINES = 28

/**
 * `hansard replay status`: prints what was copied to which target, what it cost, and what is unsettled; with --json a line
 * for each unsettled copy, then the targets.
 */
export async function replayStatusCommand(options: GlobalOptions, io: Io): Promise<ExitCode> {
  return await withArchive(options.archive, async (archive) => {
    if (options.json) await writeStatus(archive, io)
    else await printStatus(archive, options, io)
    return exitCodes.done
  })
}

async function writeStatus(archive: Archive, io: Io): Promise<void> {
  for (const { conversation, state, reason, targetId, mode, label } of unfinishedCopies(archive))
    await writeJson(io.stdout, { id: conversation, state, reason, targetId, mode, label })
  await writeJson(io.stdout, { command: 'replay status', targets: replayStatus(archive) })
}

async function printStatus(archive: Archive, { verbose = false }: GlobalOptions, io: Io): Promise<void> {
  const targets = replayStatus(archive)
  const shown = verbose ? targets : targets.slice(0, MAX_TARGETS)
  const report = new CopyReport()
  await writeLines(
    io.stdout,
    targets.length === 0 ? ['Nothing has been replayed yet.'] : shown.flatMap(formatTarget),
  )
  if (shown.length < targets.length)
    await writeLines(io.stdout, [
      `and ${plural(targets.length - shown.length, 'more target')}: see --verbose`,
    ])
  for (const copy of unfinishedCopies(archive)) {
    const noted = toNoted(copy)
    report.add(noted)
    if (verbose) await writeLines(io.stdout, [formatNotedCopy(noted)])
  }
  await writeLines(io.stdout, report.lines({ lines: MAX_COPY_LINES, width: widthOf(io.stdout) }))
}

function toNoted({ conversation, state, reason, targetId }: UnfinishedCopy) {
  return { id: conversation, state, reason, targetId }
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
