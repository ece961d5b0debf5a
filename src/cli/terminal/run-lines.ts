import type { ChangeCounts } from '../../archive/journal/changes.ts'
import type { RunDetails, StoredRun } from '../../archive/journal/runs.ts'
import { formatDuration, secondsBetween } from '../../model/duration.ts'
import { cutTimeUtc } from '../../model/instant.ts'
import { formatCounts, formatMegabytes, formatNumber, nonZero, plural } from '../../model/plural.ts'
import { formatReport, INDENT, type ReportGroup } from './report.ts'
import { formatOutcome } from './run-outcome.ts'
import type { Column } from './table.ts'

/** Lines for what failed in a run; its other facts need eleven. */
const MAX_FAILURE_LINES = 28

/** The columns of a table of runs. */
export const runColumns: readonly Column<StoredRun>[] = [
  { name: 'id', heading: 'RUN', value: ({ id }) => id, align: 'right' },
  {
    name: 'started_at',
    heading: 'STARTED',
    value: ({ startedAt }) => startedAt,
    show: ({ startedAt }) => cutTimeUtc(startedAt, 'minute'),
  },
  { name: 'ended_at', value: ({ endedAt }) => endedAt, minWidth: Infinity },
  { name: 'command', value: ({ command }) => command, minWidth: 140 },
  { name: 'outcome', value: ({ outcome }) => outcome ?? 'did not end' },
  {
    name: 'seconds',
    heading: 'DURATION',
    value: secondsOf,
    show: (run) => formatSeconds(secondsOf(run)),
    align: 'right',
  },
  ...countColumns(100, ['listed']),
  ...countColumns(80, ['new', 'updated', 'failed', 'gone']),
  ...countColumns(100, ['requests']),
  {
    name: 'complete',
    value: ({ complete }) => complete,
    show: ({ complete }) => (complete === null ? '' : complete ? 'yes' : 'no'),
    minWidth: 100,
  },
  ...countColumns(Infinity, ['unchanged', 'vanished', 'compared', 'retries', 'bytes']),
  { name: 'reason', value: ({ reason }) => reason, isCut: true, minWidth: 120 },
]

type Count =
  | 'listed'
  | 'new'
  | 'updated'
  | 'unchanged'
  | 'failed'
  | 'vanished'
  | 'gone'
  | 'compared'
  | 'requests'
  | 'retries'
  | 'bytes'

function countColumns(minWidth: number, names: readonly Count[]): Column<StoredRun>[] {
  return names.map((name) => ({
    name,
    value: (run) => run[name],
    show: (run) => formatNumber(run[name]),
    align: 'right',
    minWidth,
  }))
}

function secondsOf({ startedAt, endedAt }: StoredRun): number | null {
  return secondsBetween(startedAt, endedAt)
}

function formatSeconds(seconds: number | null): string {
  return seconds === null ? '' : formatDuration(seconds)
}

/** Formats all that is known of a run: how it ended, its counts, and what failed by reason. */
export function formatRunDetails(
  run: RunDetails,
  changes: ChangeCounts,
  problems: readonly ReportGroup[],
  width: number,
): string[] {
  const { id, listed, updated, unchanged, failed, vanished, gone, requests, retries, bytes } = run
  const counts = formatCounts({ new: run.new, updated, unchanged, failed, vanished })
  const changed = formatCounts(nonZero(changes))
  return [
    `Run ${id} ${formatOutcome(run)}.`,
    `  started   ${cutTimeUtc(run.startedAt, 'second')}${formatEnd(run)}`,
    `  command   ${run.command}, with hansard ${run.hansard}, at ${run.baseUrl}`,
    `  listed    ${plural(listed, 'conversation')}: ${counts}`,
    `  listing   ${completeness(run)}`,
    `  gone      ${plural(gone, 'conversation')}`,
    `  traffic   ${plural(requests, 'request')} (${plural(retries, 'retry')}), ${formatMegabytes(bytes)}`,
    ...(run.requestsByKind.size > 0
      ? [`  requests  ${formatCounts(Object.fromEntries(run.requestsByKind))}`]
      : []),
    `  changes   ${changed === '' ? 'none' : `${changed}: \`hansard changes --run ${id}\``}`,
    ...formatProblems(problems, width),
  ]
}

/** A later run may have resolved them since, so no line says what to do about each. */
function formatProblems(problems: readonly ReportGroup[], width: number): string[] {
  if (problems.length === 0) return []
  const groups = problems.map((group) => ({ ...group, hint: undefined }))
  const report = formatReport(groups, { lines: MAX_FAILURE_LINES, width: width - INDENT })
  return [
    'Failed, by reason:',
    ...report.map((line) => ' '.repeat(INDENT) + line),
    'hint: `hansard status` shows those that still fail.',
  ]
}

function formatEnd(run: StoredRun): string {
  const seconds = secondsOf(run)
  return seconds === null ? '' : `, took ${formatDuration(seconds)}`
}

function completeness({ complete, endedAt }: StoredRun): string {
  if (endedAt === null) return 'not ended'
  if (complete === null) return 'not everything was listed'
  return complete ? 'verified complete' : 'completeness not verified'
}

/** Formats a run on one line: when, which command, how it ended, its counts. */
export function formatRun(run: StoredRun): string {
  const when = cutTimeUtc(run.startedAt, 'minute')
  const why = run.reason === null ? '' : ` (${run.reason})`
  const { listed, updated, unchanged, failed } = run
  if (run.command === 'prune')
    return `${run.id}  ${when}  prune: ${run.outcome ?? 'did not end'}${why}; ${formatNumber(run.gone)} deleted upstream`
  if (run.outcome === null) {
    const counts = formatCounts({ new: run.new, updated, failed })
    return `${run.id}  ${when}  ${run.command}: did not end (killed, or still running); ${counts} so far`
  }
  const counts = formatCounts({ listed, new: run.new, updated, unchanged, failed })
  const completeness =
    run.complete === null ? '' : run.complete ? '; listing complete' : '; completeness not verified'
  return `${run.id}  ${when}  ${run.command}: ${run.outcome}${why}; ${counts}${completeness}${formatCompared(run)}`
}

/** Says of how many conversations the messages were compared, if not of all that were fetched. */
function formatCompared({ compared, updated, ...run }: StoredRun): string {
  const stored = run.new + updated
  return compared >= stored
    ? ''
    : `; messages of ${formatNumber(compared)} of ${formatNumber(stored)} compared`
}
