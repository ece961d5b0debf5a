import { withLockedArchive } from '../../archive/with-archive.ts'
import { formatCounts } from '../../model/plural.ts'
import { undoReplay, type Undone } from '../../replay/run/undo.ts'
import { connectTarget, type TargetOptions } from '../connect/connect-target.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { writeJson, writeLine } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

export interface UndoCommandOptions extends TargetOptions {
  readonly id?: readonly string[]
  readonly label?: string
  readonly yes?: boolean
}

/** `hansard replay undo`: lists what it would delete, and with --yes deletes it. Exits with 3 if a copy is kept. */
export async function replayUndoCommand(options: UndoCommandOptions, io: Io): Promise<ExitCode> {
  return await withLockedArchive(options.archive, { holder: io.name }, async (archive) => {
    const client = connectTarget({ ...options, sameAccount: true }, io)
    const { id: ids, label, yes: doIt = false } = options
    const counts = { 'would-delete': 0, deleted: 0, gone: 0, kept: 0 }
    if (doIt) io.goOnUnread?.()
    try {
      for await (const one of undoReplay(client, archive, { ids, label, doIt, signal: io.signal })) {
        counts[one.what]++
        if (options.json !== true) await printUndone(one, options, io)
      }
    } finally {
      await client.close()
    }
    archive.checkpoint()
    const { 'would-delete': wouldDelete, ...others } = counts
    if (options.json === true) {
      await writeJson(io.stdout, { command: 'replay undo', wouldDelete, ...others })
    } else if (options.quiet !== true) await writeLine(io.stdout, formatSummary(counts, doIt))
    return counts.kept > 0 ? exitCodes.partial : exitCodes.done
  })
}

async function printUndone(
  { id, targetId, what, reason }: Undone,
  { quiet }: UndoCommandOptions,
  io: Io,
): Promise<void> {
  if (quiet === true && what !== 'kept') return
  const why = reason === undefined ? '' : `: ${reason}`
  await writeLine(io.stdout, defuseLine(`${labels[what]} ${targetId}, the copy of ${id}${why}`))
}

const labels: Readonly<Record<Undone['what'], string>> = {
  'would-delete': 'would delete',
  deleted: 'deleted',
  gone: 'already gone:',
  kept: 'kept',
}

function formatSummary(counts: Readonly<Record<Undone['what'], number>>, doIt: boolean): string {
  const { deleted, gone, kept } = counts
  const others = { 'already gone': gone, kept }
  if (doIt) return `${formatCounts({ deleted, ...others })}.`
  const planned = formatCounts({ 'would be deleted': counts['would-delete'], ...others })
  return `${planned}. Nothing was deleted; use --yes to delete.`
}
