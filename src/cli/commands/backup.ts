import { existsSync } from 'node:fs'

import type { ConversationsClient } from '../../api/client.ts'
import { emptyArchive, type Archive } from '../../archive/archive.ts'
import { networkDiskUnder } from '../../archive/sqlite/network-disk.ts'
import { withArchive, withLockedArchive } from '../../archive/with-archive.ts'
import type { BackupOptions, BackupProgress, BackupResult } from '../../backup/backup-options.ts'
import { backup } from '../../backup/backup.ts'
import { probeListing } from '../../backup/fetch/probe-listing.ts'
import { formatCounts, formatMegabytes, nonZero, plural } from '../../model/plural.ts'
import { withAccount } from '../connect.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { AccountOptions, Io } from '../io.ts'
import { wholeIds } from '../options/whole-ids.ts'
import { formatProblem, toReportGroup } from '../terminal/problem-lines.ts'
import { showBackup } from '../terminal/progress-texts.ts'
import { ProgressLine } from '../terminal/progress.ts'
import { formatReport, type ReportGroup } from '../terminal/report.ts'
import { widthOf, writeLines, writeResult } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

export interface BackupCommandOptions
  extends AccountOptions, Omit<BackupOptions, 'ids' | 'signal' | 'onProgress'> {
  readonly id?: readonly string[]
  /** Seconds to wait for another run; `true` waits without limit. */
  readonly wait?: number | true
}

/** `hansard backup` */
export async function backupCommand(options: BackupCommandOptions, io: Io): Promise<ExitCode> {
  const progress = new ProgressLine(options, io, showBackup)
  const work = async (client: ConversationsClient) => {
    const { archive: path } = options
    const surroundings = { ...io, progress }
    // A first backup that cannot list the account leaves no file behind.
    if (!existsSync(path)) await probeListing(client, io.signal)
    if (!options.dryRun) return await lockedRun(client, options, surroundings)
    const run = (archive: Archive) => runBackup(client, archive, options, surroundings)
    if (existsSync(path)) return await withArchive(path, run)
    const empty = emptyArchive()
    return await run(empty).finally(() => empty.close())
  }
  return await withAccount(options, io, work, progress)
}

/** The surroundings of the command, with its progress line. */
interface BackupIo extends Io {
  readonly progress: ProgressLine<BackupProgress>
}

async function lockedRun(client: ConversationsClient, options: BackupCommandOptions, io: BackupIo) {
  const { archive: path, quiet } = options
  const warn = (line: string) => void (quiet || io.stderr.write(`hansard: ${defuseLine(line)}\n`))
  io.goOnUnread?.()
  const disk = networkDiskUnder(path)
  if (disk !== undefined) {
    const why = 'where two machines can write at once and damage the archive'
    warn(`${path} is on a network file system (${disk}), ${why}; use a local disk`)
  }
  const wait = {
    seconds: options.wait === true ? Infinity : (options.wait ?? 0),
    signal: io.signal,
    onWait: (why: string) => io.progress.wait(why),
  }
  return await withLockedArchive(path, { holder: io.name, create: true, wait }, async (archive) => {
    const exitCode = await runBackup(client, archive, options, io)
    if (!archive.isInOneFile) {
      const what = `another program is reading the archive, so part of it is still in ${path}-wal`
      warn(`${what}: copy both files, or copy after the next run`)
    }
    return exitCode
  })
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
  await writeResult(options, io, toJson(result, groups), formatSummary(result, options))
  if (!options.json) {
    if (options.quiet && result.outcome === 'partial' && result.reason !== undefined)
      await writeLines(io.stderr, [`hansard: ${result.reason}`]) // cron mails it
    await reportFailures(archive, groups, options, io)
  }
  return exitCodes[result.outcome]
}

function toJson(result: BackupResult, problems: readonly ReportGroup[]): object {
  const { run, outcome, seconds, complete, reason = null, ...counts } = result
  return { command: 'backup', run, ...counts, seconds, complete, outcome, reason, problems }
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
