import type { ConversationsClient } from '../../api/client.ts'
import type { Archive } from '../../archive/archive.ts'
import type { BackupProgress, BackupResult } from '../../backup/backup-options.ts'
import { backup } from '../../backup/backup.ts'
import { formatCounts, formatMegabytes, nonZero, plural } from '../../model/plural.ts'
import type { AllOptions } from '../config/apply-profiles.ts'
import { withAccount } from '../connect.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { withBackupArchive } from '../open-for-backup.ts'
import type { BackupCommandOptions } from '../options/backup-command-options.ts'
import { wholeIds } from '../options/whole-ids.ts'
import { backupToJson } from '../terminal/backup-json.ts'
import { formatProblem, toReportGroup } from '../terminal/problem-lines.ts'
import { showBackup } from '../terminal/progress-texts.ts'
import { ProgressLine } from '../terminal/progress.ts'
import { formatReport, type ReportGroup } from '../terminal/report.ts'
import { widthOf, writeLines, writeResult } from '../terminal/stdout.ts'

/** `hansard backup` */
export async function backupCommand(
  options: BackupCommandOptions & AllOptions<BackupCommandOptions>,
  io: Io,
): Promise<ExitCode> {
  const { accounts } = options
  if (accounts !== undefined) return await (await import('./backup-all.ts')).backupAll(accounts, options, io)
  const progress = new ProgressLine(options, io, showBackup)
  const here = { ...io, progress }
  const work = (client: ConversationsClient) =>
    withBackupArchive(client, options, here, (archive) => runBackup(client, archive, options, here))
  return await withAccount(options, io, work, progress)
}

interface BackupIo extends Io {
  readonly progress: ProgressLine<BackupProgress>
}

async function runBackup(
  client: ConversationsClient,
  archive: Archive,
  options: BackupCommandOptions,
  io: BackupIo,
): Promise<ExitCode> {
  const { progress, signal } = io
  const how = { ...options, ids: wholeIds(archive, options.id), signal, onProgress: progress.update }
  const result = await backup(client, archive, how).finally(progress.end)
  const groups = archive.openProblems.groups().map(toReportGroup)
  await writeResult(options, io, backupToJson(result, groups), formatSummary(result, options))
  if (!options.json) {
    if (options.quiet && result.outcome === 'partial' && result.reason !== undefined)
      await writeLines(io.stderr, [`hansard: ${result.reason}`]) // cron mails it
    await reportFailures(archive, groups, options, io)
  }
  return exitCodes[result.outcome]
}

function formatSummary(
  result: BackupResult,
  { dryRun, id, archive, messages }: BackupCommandOptions,
): string[] {
  const { listed, unchanged, failed, vanished, gone, requests, bytes, seconds, complete, reason } = result
  const would = dryRun ? 'would be ' : ''
  const counts = {
    ...{ [`${would}new`]: result.new, [`${would}updated`]: result.updated, unchanged },
    ...nonZero({ failed, 'not found': vanished, 'marked gone': gone }),
  }
  const lines = [
    `${plural(listed, 'conversation')} ${id === undefined ? 'listed' : 'requested'}: ${formatCounts(counts)}.`,
  ]
  if (messages === 'sample' || messages === 'none')
    lines.push(`Messages of ${plural(result.compared, 'conversation')} compared with the history.`)
  if (result.outcome === 'interrupted') lines.push('Interrupted. The next run continues from here.')
  else if (complete === true) lines.push('Listing verified complete.')
  else if (complete === false) lines.push(`Completeness not verified: ${reason ?? 'unknown reason'}.`)
  if (complete !== false && reason !== undefined) lines.push(`Partly done: ${reason}.`)
  const work = `${plural(requests, 'request')}, ${formatMegabytes(bytes)}, ${seconds.toFixed(1)} s`
  return [...lines, dryRun ? `${work}. Nothing was stored.` : `${archive}: ${work}.`]
}

/** Lines for the failures; the summary needs up to 5 lines, and warnings a few. */
const REPORT_LINES = 30

/**
 * Prints why the run is partial: what failed, also in earlier runs, and is not acknowledged. With --verbose every failure
 * has a line of its own.
 */
async function reportFailures(
  archive: Archive,
  groups: readonly ReportGroup[],
  { verbose = false }: BackupCommandOptions,
  { stderr }: Io,
): Promise<void> {
  if (verbose) {
    for (const problem of archive.openProblems.each())
      if (!problem.isAcknowledged) await writeLines(stderr, [`failed: ${formatProblem(problem)}`])
  }
  const more = 'see `hansard status --verbose`'
  const report = formatReport(groups, { verbose, lines: REPORT_LINES, width: widthOf(stderr) - 2, more })
  if (groups.length > 0)
    await writeLines(stderr, ['Failed, by reason:', ...report.map((line) => `  ${line}`)])
}
