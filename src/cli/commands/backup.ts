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
import { formatReport, INDENT, type ReportGroup } from '../terminal/report.ts'
import { widthOf, writeLines, writeResult } from '../terminal/stdout.ts'
import type { RunReport } from '../watch/run-report.ts'
import { clientEvents, watched, type WatchedIo, type WatchOptions } from '../watch/watched.ts'

/** `hansard backup` */
export async function backupCommand(
  options: BackupCommandOptions & AllOptions<BackupCommandOptions> & WatchOptions,
  io: Io,
): Promise<ExitCode> {
  const { accounts } = options
  if (accounts === undefined) return await watched(options, io, (here) => backUpOne(options, here))
  const { backupAll } = await import('./backup-all.ts')
  return await watched(options, io, (here) => backupAll(accounts, options, here))
}

async function backUpOne(options: BackupCommandOptions, io: WatchedIo): Promise<RunReport> {
  const progress = new ProgressLine(options, io, showBackup)
  const here = { ...io, progress }
  const work = (client: ConversationsClient) =>
    withBackupArchive(client, options, here, (archive) => runBackup(client, archive, options, here))
  const onClientEvent = clientEvents(progress, io, options.profile)
  return await withAccount(options, io, work, { onClientEvent, end: progress.end })
}

interface BackupIo extends Io {
  readonly progress: ProgressLine<BackupProgress>
}

async function runBackup(
  client: ConversationsClient,
  archive: Archive,
  options: BackupCommandOptions,
  io: BackupIo,
): Promise<RunReport> {
  const { progress, signal } = io
  const how = { ...options, ids: wholeIds(archive, options.id), signal, onProgress: progress.update }
  const result = await backup(client, archive, how).finally(progress.end)
  const groups = archive.openProblems.groups().map(toReportGroup)
  const summary = formatSummary(result, options)
  const failures = formatFailures(groups, options, widthOf(io.stderr) - INDENT)
  await writeResult(options, io, backupToJson(result, groups), summary)
  if (!options.json) {
    if (options.quiet && result.outcome === 'partial' && result.reason !== undefined)
      await writeLines(io.stderr, [`hansard: ${result.reason}`]) // cron mails it
    if (options.verbose) await writeEachFailure(archive, io)
    await writeLines(io.stderr, failures)
  }
  const accounts = [{ name: options.profile, archive: options.archive, result }]
  return { exitCode: exitCodes[result.outcome], lines: [...summary, ...failures], accounts }
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

async function writeEachFailure(archive: Archive, { stderr }: Io): Promise<void> {
  for (const problem of archive.openProblems.each())
    if (!problem.isAcknowledged) await writeLines(stderr, [`failed: ${formatProblem(problem)}`])
}

/** Says why the run is partial: what failed, also in earlier runs, and is not acknowledged. */
function formatFailures(
  groups: readonly ReportGroup[],
  { verbose = false }: BackupCommandOptions,
  width: number,
): string[] {
  if (groups.length === 0) return []
  const more = 'see `hansard status --verbose`'
  const report = formatReport(groups, { verbose, lines: REPORT_LINES, width, more })
  return ['Failed, by reason:', ...report.map((line) => `${' '.repeat(INDENT)}${line}`)]
}
