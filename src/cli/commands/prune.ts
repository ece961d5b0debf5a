import type { Archive } from '../../archive/archive.ts'
import type { Selection } from '../../archive/content/selection.ts'
import type { ArchiveLock } from '../../archive/sqlite/archive-lock.ts'
import { withArchive, withLockedArchive } from '../../archive/with-archive.ts'
import { prune } from '../../backup/prune/prune.ts'
import type { Pruned } from '../../backup/prune/pruner.ts'
import { planPruning } from '../../backup/prune/pruning-plan.ts'
import { HansardError } from '../../errors.ts'
import { withAccount } from '../connect.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { AccountOptions, Io } from '../io.ts'
import { selectionOf, selects, type SelectionOptions } from '../options/selection-options.ts'
import { withWholeIds } from '../options/whole-ids.ts'
import { warnOfMissing, warnOfStaleIndex } from '../terminal/archive-warnings.ts'
import { DeletionReport, formatDeletion, type Deletion } from '../terminal/deletion-report.ts'
import { showPruning } from '../terminal/progress-texts.ts'
import { ProgressLine } from '../terminal/progress.ts'
import { formatPruneTotals } from '../terminal/prune-report.ts'
import { widthOf, writeJson, writeLines } from '../terminal/stdout.ts'

export interface PruneCommandOptions extends AccountOptions, SelectionOptions {
  /** An ISO time. */
  readonly olderThan?: string
  readonly concurrency?: number
  readonly yes?: boolean
}

/**
 * `hansard prune`: lists what it would delete in the account, and with --yes deletes it; with --json prints a line for each
 * conversation, then the totals. Exits with 3 if a conversation is kept.
 */
export async function pruneCommand(options: PruneCommandOptions, io: Io): Promise<ExitCode> {
  if (!selects(options) && options.olderThan === undefined) {
    throw new HansardError(
      'usage',
      'Nothing was selected: all conversations of the account would be deleted',
      {
        hint: 'Select conversations with --older-than, --until, --id or others.',
      },
    )
  }
  if (!options.yes) return await withArchive(options.archive, (archive) => plan(archive, options, io))
  return await withLockedArchive(options.archive, { holder: io.name }, (archive, lock) =>
    pruneLocked(archive, lock, options, io),
  )
}

async function plan(archive: Archive, options: PruneCommandOptions, io: Io): Promise<ExitCode> {
  const report = new DeletionReport()
  for (const { id, reason } of planPruning(archive, await selectionFor(archive, options, io))) {
    const planned = { example: id, what: reason === undefined ? 'would-delete' : 'kept', reason } as const
    report.add(planned)
    await print(planned, options, io)
  }
  await printReport(report, options, io)
  return exitCodes.done
}

async function pruneLocked(
  archive: Archive,
  lock: ArchiveLock,
  options: PruneCommandOptions,
  io: Io,
): Promise<ExitCode> {
  const report = new DeletionReport()
  const progress = new ProgressLine(options, io, showPruning)
  const onPruned = async ({ id, ...pruned }: Pruned) => {
    report.add({ example: id, ...pruned })
    if (options.json || options.verbose) progress.clear()
    await print({ example: id, ...pruned }, options, io)
  }
  const selection = await selectionFor(archive, options, io)
  io.goOnUnread?.()
  const { concurrency = 64 } = options
  const how = { selection, concurrency, lock, signal: io.signal, onPruned, onProgress: progress.update }
  try {
    await withAccount(options, io, (client) => prune(client, archive, how), progress)
  } catch (thrown) {
    if (!options.json && report.isAny) await printReport(report, options, io) // what was done before the error
    throw thrown
  } finally {
    progress.end()
  }
  await printReport(report, options, io)
  archive.checkpoint()
  return report.counts.kept > 0 ? exitCodes.partial : exitCodes.done
}

async function selectionFor(archive: Archive, given: PruneCommandOptions, io: Io): Promise<Selection> {
  const options = withWholeIds(archive, given)
  await warnOfMissing(archive, options.id, io)
  if (options.match !== undefined) await warnOfStaleIndex(archive, options, io)
  return { ...selectionOf(options), changedBefore: options.olderThan, includeGone: false }
}

async function print(pruned: Deletion, options: PruneCommandOptions, io: Io): Promise<void> {
  const { example: id, what, reason = null } = pruned
  if (options.json) return writeJson(io.stdout, { id, outcome: what, reason })
  const isShown = options.verbose && (!options.quiet || what === 'kept')
  if (isShown) await writeLines(io.stdout, [formatDeletion(pruned)])
}

async function printReport(report: DeletionReport, options: PruneCommandOptions, io: Io): Promise<void> {
  const { 'would-delete': wouldDelete, ...others } = report.counts
  if (options.json) return writeJson(io.stdout, { command: 'prune', wouldDelete, ...others })
  const width = widthOf(io.stdout)
  const { yes = false, quiet = false } = options
  await writeLines(
    io.stdout,
    quiet ? report.keptLines(width) : report.lines(formatPruneTotals(report, yes), width),
  )
}
