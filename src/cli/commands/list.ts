import { openArchive } from '../../archive/archive.ts'
import type { ListedConversation } from '../../archive/conversations.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { writeLine } from '../output.ts'
import { defuseLine, fit, pad } from '../terminal-text.ts'

export interface ListCommandOptions extends GlobalOptions {
  readonly limit?: number
  readonly includeGone?: boolean
}

/** `hansard list`: a line a conversation; with --json an object a line. */
export async function listCommand(options: ListCommandOptions, io: Io): Promise<ExitCode> {
  const archive = openArchive(options.archive)
  try {
    const { limit, includeGone = false } = options
    const width = io.stdout.isTTY === true ? (io.stdout.columns ?? 80) : Infinity
    for (const conversation of archive.conversations.list({ includeGone, limit })) {
      if (io.signal.aborted) return exitCodes.interrupted
      const line = options.json === true ? JSON.stringify(conversation) : fit(lineOf(conversation), width)
      await writeLine(io.stdout, line)
    }
    return exitCodes.done
  } finally {
    archive.close()
  }
}

function lineOf(conversation: ListedConversation): string {
  const { id, name, model, agentId, updatedAt, entries, goneAt } = conversation
  const cells = [
    pad(id, 37),
    pad(updatedAt?.slice(0, 16).replace('T', ' ') ?? '', 16),
    String(entries).padStart(5),
    pad(model ?? agentId ?? '', 24),
    `${goneAt === null ? '' : '(gone) '}${name ?? ''}`,
  ]
  return defuseLine(cells.join('  ')).trimEnd()
}
