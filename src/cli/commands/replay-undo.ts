import { withLockedArchive } from '../../archive/with-archive.ts'
import { undoReplay, type Undone } from '../../replay/run/undo.ts'
import { withTarget } from '../connect.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io, TargetOptions } from '../io.ts'
import { wholeIds } from '../options/whole-ids.ts'
import { warnOfMissing } from '../terminal/archive-warnings.ts'
import { formatDeletion, type DeletionReport } from '../terminal/deletion-report.ts'
import { widthOf, writeJson, writeLines } from '../terminal/stdout.ts'
import { deletionOf, formatUndoTotals, undoReport } from '../terminal/undo-report.ts'

export interface UndoCommandOptions extends TargetOptions {
  readonly id?: readonly string[]
  readonly label?: string
  readonly yes?: boolean
}

/**
 * `hansard replay undo`: lists what it would delete, and with --yes deletes it; with --json prints a line per copy, then the
 * totals. Exits with 3 if a copy is kept.
 */
export async function replayUndoCommand(options: UndoCommandOptions, io: Io): Promise<ExitCode> {
  const { label, yes: doIt = false, json = false } = options
  const report = undoReport()
  return await withLockedArchive(options.archive, { holder: io.name }, async (archive) => {
    const ids = wholeIds(archive, options.id)
    await warnOfMissing(archive, ids, io)
    try {
      await withTarget({ ...options, sameAccount: true }, io, async (client) => {
        if (doIt) io.goOnUnread?.()
        for await (const one of undoReplay(client, archive, { ids, label, doIt, signal: io.signal })) {
          report.add(deletionOf(one))
          await printUndone(one, options, io)
        }
      })
    } catch (thrown) {
      if (!json && report.isAny) await printReport(report, options, io) // what was done before the error
      throw thrown
    }
    if (!json) await printReport(report, options, io)
    archive.checkpoint()
    const { 'would-delete': wouldDelete, ...others } = report.counts
    if (json) await writeJson(io.stdout, { command: 'replay undo', wouldDelete, ...others })
    return report.counts.kept > 0 ? exitCodes.partial : exitCodes.done
  })
}

async function printUndone(undone: Undone, options: UndoCommandOptions, io: Io): Promise<void> {
  const { id, targetId, what, reason = null } = undone
  if (options.json) return writeJson(io.stdout, { id, targetId, outcome: what, reason })
  const isShown = options.verbose && (!options.quiet || what === 'kept')
  if (isShown) await writeLines(io.stdout, [formatDeletion(deletionOf(undone))])
}

async function printReport(report: DeletionReport, options: UndoCommandOptions, io: Io): Promise<void> {
  const width = widthOf(io.stdout)
  const { yes = false, quiet = false } = options
  await writeLines(
    io.stdout,
    quiet ? report.keptLines(width) : report.lines(formatUndoTotals(report, yes), width),
  )
}
