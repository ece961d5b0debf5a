import { statSync } from 'node:fs'

import type { Archive } from '../../archive/archive.ts'
import { withArchive } from '../../archive/with-archive.ts'
import type { AllOptions } from '../config/apply-profiles.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { isOverdue, problemsOfLastRun, type BackupState } from '../terminal/backup-verdict.ts'
import { withPager } from '../terminal/pager.ts'
import { formatProblem, toReportGroup } from '../terminal/problem-lines.ts'
import { formatStatus, formatUrgent, type Status } from '../terminal/status-lines.ts'
import { widthOf, writeJson, writeLine, writeLines } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

interface StatusOptions extends GlobalOptions {
  /** Since when a complete backup is expected, as an ISO time. */
  readonly maxAge?: string
}

/**
 * `hansard status`: prints whether there is a complete backup and how old it is, what needs a person, and what the archive
 * holds.
 */
export async function statusCommand(options: StatusOptions & AllOptions, io: Io): Promise<ExitCode> {
  const { accounts } = options
  if (accounts !== undefined) return await (await import('./status-all.ts')).statusAll(accounts, options, io)
  return await withArchive(options.archive, async (archive) => {
    const status = readStatus(archive, options)
    if (options.json) await writeJson(io.stdout, toJson(status, archive, io.now()))
    else if (options.verbose)
      await withPager(options, io, (paged) => printStatus(status, archive, options, paged))
    else await printStatus(status, archive, options, io)
    return isOverdue(status.backups) ? exitCodes.partial : exitCodes.done
  })
}

function readStatus(archive: Archive, { maxAge }: StatusOptions): Status {
  const holds = archive.counts()
  const backups: BackupState = {
    lastComplete: archive.runs.lastComplete(),
    lastRun: archive.runs.lastOfAccount(),
    stored: holds.conversations,
    expectedSince: maxAge,
  }
  return {
    backups,
    problems: archive.openProblems.groups({ withAlerts: true }).map(toReportGroup),
    acknowledged: archive.openProblems.countAcknowledged(),
    archive: archive.path,
    bytes: statSync(archive.path).size,
    holds,
    dependencies: archive.dependencies.counts(),
    unknownShapes: archive.unknownShapes.all(),
    runs: archive.runs.recent(5),
  }
}

async function printStatus(
  status: Status,
  archive: Archive,
  options: StatusOptions,
  io: Io,
): Promise<ExitCode> {
  const { quiet = false, verbose = false } = options
  const layout = { now: io.now(), width: widthOf(io.stdout), verbose }
  const below = quiet ? [] : ['', ...formatStatus(status, layout)]
  const urgent = formatUrgent(status, layout, below)
  if (!quiet || urgent.isUrgent) await writeLines(io.stdout, urgent.lines)
  if (verbose) {
    for (const problem of archive.openProblems.each({ withAlerts: true })) {
      if (io.signal.aborted) return exitCodes.interrupted
      await writeLine(io.stdout, `  ${defuseLine(formatProblem(problem))}`)
    }
  }
  await writeLines(io.stdout, below)
  return exitCodes.done
}

function toJson(status: Status, archive: Archive, now: Date): object {
  const { backups, problems, acknowledged, ...rest } = status
  const { lastComplete, expectedSince } = backups
  return {
    command: 'status',
    lastComplete: lastComplete ?? null,
    ageSeconds: lastComplete === undefined ? null : secondsSince(lastComplete.startedAt, now),
    overdue: expectedSince === undefined ? null : isOverdue(backups),
    lastRunProblems: problemsOfLastRun(backups),
    problems,
    acknowledged,
    ...rest,
    failures: archive.failures.open().map(withConversationId),
    failedDependencies: archive.dependencies.failed(),
    unindexed: archive.searchIndex.unindexed.all().map(({ isEntry, ...text }) => ({
      ...withConversationId(text),
      kind: isEntry ? 'entry' : 'conversation',
    })),
    alerts: archive.events.alerts().map(withConversationId),
    events: archive.events.counts(),
  }
}

/** Names the id of a conversation as the columns of exports and views do: `conversation` is the object. */
function withConversationId<Facts extends { conversation?: string | null | undefined }>({
  conversation,
  ...rest
}: Facts) {
  return { conversationId: conversation ?? null, ...rest }
}

function secondsSince(time: string, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - Date.parse(time)) / 1000))
}
