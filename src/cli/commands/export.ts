import { existsSync, realpathSync } from 'node:fs'

import { openArchive, type Archive } from '../../archive/archive.ts'
import { HansardError } from '../../errors.ts'
import { writeParts, writeWhole } from '../../export/export-file.ts'
import { lineOfConversation } from '../../export/jsonl.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { jsonFor, writeLine } from '../output.ts'
import { count } from '../words.ts'

export interface ExportCommandOptions extends GlobalOptions {
  readonly format: 'jsonl'
  readonly output: string
  readonly force?: boolean
  readonly includeGone?: boolean
}

/** `hansard export jsonl`: a line a conversation, to a file or to stdout. */
export async function exportCommand(options: ExportCommandOptions, io: Io): Promise<ExitCode> {
  refuseOwnArchive(options)
  const archive = openArchive(options.archive)
  const written = { conversations: 0 }
  try {
    const parts = linesOf(archive, options.includeGone === true, written, io.signal)
    if (options.output === '-') await writeParts(io.stdout, shownOn(io.stdout, parts))
    else await writeWhole(options.output, parts, { force: options.force === true })
  } finally {
    archive.close()
  }
  const toFile = options.output !== '-'
  if (options.json === true && toFile) {
    await writeLine(io.stdout, JSON.stringify({ command: 'export', ...written, output: options.output }))
  } else if (options.quiet !== true) {
    await writeLine(
      io.stderr,
      `${count(written.conversations, 'conversation')} written to ${toFile ? options.output : 'stdout'}`,
    )
  }
  return exitCodes.done
}

function* shownOn(stdout: Io['stdout'], parts: Iterable<string>): Generator<string> {
  for (const part of parts) yield jsonFor(stdout, part)
}

/** With --force, nothing else would stand between a slip and the loss of the archive. */
function refuseOwnArchive({ archive, output }: ExportCommandOptions): void {
  if (output === '-' || !existsSync(output) || !existsSync(archive)) return
  if (realpathSync(output) !== realpathSync(archive)) return
  throw new HansardError('usage', `${output} is the archive itself`, {
    hint: 'Name another file with --output.',
  })
}

function* linesOf(
  archive: Archive,
  includeGone: boolean,
  written: { conversations: number },
  signal: AbortSignal,
): Generator<string> {
  for (const conversation of archive.conversations.readAll({ includeGone })) {
    if (signal.aborted)
      throw new HansardError('interrupted', 'The export was interrupted; no file was written')
    yield* lineOfConversation(conversation)
    written.conversations++
  }
}
