import { withLockedArchive } from '../../archive/with-archive.ts'
import { formatCounts } from '../../model/plural.ts'
import { undoReplay, type Undone } from '../../replay/run/undo.ts'
import { withTarget } from '../connect.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io, TargetOptions } from '../io.ts'
import { wholeIds } from '../options/whole-ids.ts'
import { warnOfMissing } from '../terminal/archive-warnings.ts'
import { writeLines, writeResult } from '../terminal/stdout.ts'

export interface UndoCommandOptions extends TargetOptions {
  readonly id?: readonly string[]
  readonly label?: string
  readonly yes?: boolean
}

/** `hansard replay undo`: lists what it would delete, and with --yes deletes it. Exits with 3 if a copy is kept. */
export async function replayUndoCommand(options: UndoCommandOptions, io: Io): Promise<ExitCode> {
  const { label, yes: doIt = false } = options
  const counts = { 'would-delete': 0, deleted: 0, gone: 0, kept: 0 }
  return await withLockedArchive(options.archive, { holder: io.name }, async (archive) => {
    const ids = wholeIds(archive, options.id)
    await warnOfMissing(archive, ids, io)
    await withTarget({ ...options, sameAccount: true }, io, async (client) => {
      if (doIt) io.goOnUnread?.()
      for await (const one of undoReplay(client, archive, { ids, label, doIt, signal: io.signal })) {
        counts[one.what]++
        if (!options.json && (!options.quiet || one.what === 'kept'))
          await writeLines(io.stdout, [formatUndone(one)])
      }
    })
    archive.checkpoint()
    const { 'would-delete': wouldDelete, ...others } = counts
    const result = { command: 'replay undo', wouldDelete, ...others }
    await writeResult(options, io, result, [formatSummary(counts, doIt)])
    return counts.kept > 0 ? exitCodes.partial : exitCodes.done
  })
}

function formatUndone({ id, targetId, what, reason }: Undone): string {
  const why = reason === undefined ? '' : `: ${reason}`
  return `${labels[what]} ${targetId}, the copy of ${id}${why}`
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
