import type { Archive } from '../../archive/archive.ts'
import type { DependencyCounts } from '../../archive/content/dependencies.ts'
import type { StoredRun } from '../../archive/journal/runs.ts'
import type { SeenShape } from '../../archive/journal/unknown-shapes.ts'
import { cutTime } from '../../model/instant.ts'
import { formatCounts, formatMegabytes, formatNumber, nonZero, plural } from '../../model/plural.ts'
import { formatVerdict, isOverdue, problemsOfLastRun, type BackupState } from './backup-verdict.ts'
import { formatReport, INDENT, type ReportGroup } from './report.ts'
import { formatRun } from './run-lines.ts'
import { countRows } from './wrap-text.ts'

/** What `hansard status` prints. Its size does not grow with the archive. */
export interface Status {
  readonly backups: BackupState
  readonly problems: readonly ReportGroup[]
  /** Number of problems that a person has acknowledged and that are still there. */
  readonly acknowledged: number
  /** The path of the archive, and its size. */
  readonly archive: string
  readonly bytes: number
  readonly holds: ReturnType<Archive['counts']>
  readonly dependencies: DependencyCounts
  readonly unknownShapes: readonly SeenShape[]
  /** The last runs, newest first. */
  readonly runs: readonly StoredRun[]
}

/** How to lay out a status. */
export interface StatusLayout {
  readonly now: Date
  readonly width: number
  readonly verbose: boolean
}

/** Rows of a terminal for the whole status, without the line of the prompt. */
const MAX_ROWS = 39

/** Rows for the problems, at least and at most, however many the rest of the status needs. */
const MIN_PROBLEM_ROWS = 6
const MAX_PROBLEM_ROWS = 18

/** Part of them for alerts, of which there are two kinds. */
const ALERT_PART = 8 / 18

/** Unknown shapes that are shown without --verbose. */
const SHOWN_SHAPES = 3

/** Formats the verdict and what needs a person; `isUrgent` tells whether anything does. `below` are the lines after it. */
export function formatUrgent(
  status: Status,
  { now, width, verbose }: StatusLayout,
  below: readonly string[],
): { lines: string[]; isUrgent: boolean } {
  const { backups, problems, acknowledged } = status
  const isSound = problemsOfLastRun(backups).length === 0
  const known = `${plural(acknowledged, 'acknowledged problem')} not shown: see \`hansard status --verbose\``
  const verdict = formatVerdict(backups, now)
  const free = MAX_ROWS - 2 - countRows([...verdict, ...below], width)
  const rows = Math.min(MAX_PROBLEM_ROWS, Math.max(MIN_PROBLEM_ROWS, free))
  const report = formatProblems(problems, { verbose, width, rows })
  const lines = [
    ...verdict,
    ...(problems.length > 0 ? ['Needs attention:', ...report.map((line) => `  ${line}`)] : []),
    ...(problems.length === 0 && isSound ? ['Nothing needs attention.'] : []),
    ...(acknowledged > 0 && !verbose ? [known] : []),
  ]
  return { lines, isUrgent: problems.length > 0 || !isSound || isOverdue(backups) }
}

/**
 * Formats the problems; alerts come first, because something changed upstream that should never change. With --verbose each
 * problem is printed on a line of its own, so the groups have no examples.
 */
function formatProblems(
  problems: readonly ReportGroup[],
  { verbose, width, rows }: Pick<StatusLayout, 'verbose' | 'width'> & { readonly rows: number },
): string[] {
  const layout = { verbose, width: width - INDENT }
  if (verbose)
    return formatReport(
      problems.map((group) => ({ ...group, examples: [] })),
      layout,
    )
  const isAlert = ({ noun }: ReportGroup) => noun === 'alert'
  const more = 'see `hansard status --verbose`'
  const alerts = formatReport(problems.filter(isAlert), { ...layout, lines: Math.round(rows * ALERT_PART) })
  const others = problems.filter((group) => !isAlert(group))
  return [...alerts, ...formatReport(others, { ...layout, more, lines: rows - countRows(alerts, width) })]
}

/** Formats what the archive holds and how the last runs ended. */
export function formatStatus(status: Status, layout: StatusLayout): string[] {
  const { archive, bytes, holds, runs, unknownShapes } = status
  return [
    `${archive}, ${formatMegabytes(bytes)}`,
    `  ${plural(holds.conversations, 'conversation')} (${formatNumber(holds.gone)} gone upstream), ${plural(holds.entries, 'entry')}, ${plural(holds.revisions, 'revision')}`,
    `  ${dependencyLine(status)}`,
    ...(unknownShapes.length > 0 ? ['Sent by the API, but not in its specification:'] : []),
    ...shapeLines(unknownShapes, layout).map((line) => `  ${line}`),
    ...(runs.length > 0 ? ['Last runs, newest first:'] : []),
    ...runs.map((run) => `  ${formatRun(run)}`),
  ]
}

function dependencyLine({ dependencies: { stored, expired, skipped, failed, wanted } }: Status): string {
  const others = nonZero({ expired, skipped, failed, 'not fetched yet': wanted })
  return `Agents and files: ${formatCounts({ stored, ...others })}`
}

function shapeLines(shapes: Status['unknownShapes'], { verbose }: StatusLayout): string[] {
  const sorted = [...shapes].sort((a, b) => b.times - a.times)
  const shown = sorted.slice(0, verbose ? undefined : SHOWN_SHAPES)
  const more = `and ${formatNumber(sorted.length - shown.length)} more: see \`hansard status --verbose\``
  return [...shown.map(shapeLine), ...(shown.length < sorted.length ? [more] : [])]
}

function shapeLine({ kind, name, firstAt, times, example }: Status['unknownShapes'][number]): string {
  return `${kind} ${name}: ${plural(times, 'time')} since ${cutTime(firstAt, 'day')}, for example in ${example}`
}
