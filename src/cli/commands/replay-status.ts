import { openArchive } from '../../archive/archive.ts'
import { plural } from '../../model/plural.ts'
import {
  replayStatus,
  unfinishedCopies,
  type TargetStatus,
  type UnfinishedCopy,
} from '../../replay/replay-status.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { money, spentWords } from '../terminal/plan-table.ts'
import { writeJson, writeLine } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

/** `hansard replay status` */
export async function replayStatusCommand(options: GlobalOptions, io: Io): Promise<ExitCode> {
  const archive = openArchive(options.archive)
  try {
    const targets = replayStatus(archive)
    if (options.json === true) {
      const unsettled = [...unfinishedCopies(archive)].map(shown)
      await writeJson(io.stdout, { command: 'replay status', targets, unsettled })
      return exitCodes.done
    }
    if (targets.length === 0) await writeLine(io.stdout, 'Nothing was replayed yet.')
    for (const target of targets) {
      for (const line of linesOf(target)) await writeLine(io.stdout, defuseLine(line))
    }
    for (const { state, conversation, targetId, reason } of unfinishedCopies(archive)) {
      const where = targetId === null ? '' : ` (${targetId})`
      await writeLine(
        io.stdout,
        defuseLine(`${state}: ${conversation}${where}${reason === null ? '' : `: ${reason}`}`),
      )
    }
    return exitCodes.done
  } finally {
    archive.close()
  }
}

function shown({ conversation, state, reason, targetId, mode, label }: UnfinishedCopy): object {
  return { id: conversation, state, reason, targetId, mode, label }
}

function linesOf({ baseUrl, counts, grown, spent }: TargetStatus): string[] {
  const states = Object.entries(counts).filter(([, number]) => number > 0)
  const told = states.map(([state, number]) => `${number} ${state === 'open' ? 'without an answer' : state}`)
  const { requests, cost } = spent
  return [
    `${baseUrl}: ${told.join(', ') || 'nothing'}.`,
    ...(grown > 0
      ? [`  ${plural(grown, 'copy')} of what has grown since: \`replay run --again\` copies it again.`]
      : []),
    `  Spent: ${plural(requests, 'write')}, ${spentWords(spent)}${cost === null ? '' : `, cost ${money(cost)}`}.`,
  ]
}
