import { textWidth } from './text-width.ts'

import type { Archive } from '../../archive/archive.ts'
import {
  changeKinds,
  type Change,
  type ChangeCounts,
  type ChangeKind,
  type RunRange,
} from '../../archive/journal/changes.ts'
import type { StoredRun } from '../../archive/journal/runs.ts'
import { cutTimeUtc } from '../../model/instant.ts'
import { formatCounts, formatNumber, nonZero, plural } from '../../model/plural.ts'
import { MAX_EXAMPLES } from './report.ts'
import { formatOutcome } from './run-outcome.ts'
import { defuseLine, fit } from './terminal-text.ts'

/** The runs whose changes are shown. */
export interface Period {
  readonly range: RunRange
  /** The time (ISO 8601) since which they started; undefined if one run was asked for. */
  readonly since: string | undefined
}

/** How to lay out changes. */
export interface ChangesLayout {
  /** Width of the terminal in cells. */
  readonly width: number
  /** Show all conversations, not three of each kind. */
  readonly everything: boolean
}

/**
 * Formats what changed, line by line: first a line that can be the subject of a mail, then how the runs ended if that
 * matters, then each kind of change with examples.
 */
export function* formatChanges(
  archive: Archive,
  period: Period,
  layout: ChangesLayout,
): Generator<string, void, undefined> {
  const counts = archive.changes.counts(period.range)
  yield headline(archive, period, counts)
  yield* problemLines(archive, period)
  for (const kind of changeKinds) {
    if (counts[kind] > 0) yield* groupLines(archive, kind, counts[kind], period, layout)
  }
  const isCut = !layout.everything && changeKinds.some((kind) => counts[kind] > MAX_EXAMPLES)
  if (isCut) yield 'Use --verbose to see all of them.'
}

/** Returns whether the runs changed anything, or did not end as they should: if not, nobody needs to read about them. */
export function isNews(archive: Archive, { range }: Period): boolean {
  const isChanged = Object.values(archive.changes.counts(range)).some((count) => count > 0)
  return isChanged || archive.runs.unfinished(range) > 0
}

/** Formats that there is no run to tell about. */
export function noRunLine(archive: Archive, since: string | undefined): string {
  const [last] = archive.runs.recent(1)
  if (last === undefined) return 'No backup has run yet.'
  return `No backup has run since ${cutTimeUtc(since ?? '', 'minute')}. The last was ${nameOf(last)}.`
}

function headline(archive: Archive, { range, since }: Period, counts: ChangeCounts): string {
  const what = formatCounts(nonZero(counts))
  if (since !== undefined) {
    const runs = plural(range.last - range.first + 1, 'run')
    const when = `since ${cutTimeUtc(since, 'minute')}`
    return what === '' ? `Nothing changed ${when} (${runs})` : `${runs} ${when}: ${what}`
  }
  const [run, before] = [archive.runs.read(range.last), archive.runs.read(range.last - 1)]
  if (run === undefined) return what
  const subject = `Run ${nameOf(run).slice('run '.length)}`
  if (what !== '') return `${subject}: ${what}`
  if (run.outcome !== 'done' || before === undefined) return `${subject}: no changes found`
  return `Nothing changed since ${nameOf(before)}: ${formatNumber(run.unchanged)} unchanged`
}

function nameOf({ id, startedAt }: StoredRun): string {
  return `run ${id}, ${cutTimeUtc(startedAt, 'minute')}`
}

function problemLines(archive: Archive, { range, since }: Period): string[] {
  const unfinished = archive.runs.unfinished(range)
  if (unfinished === 0) return []
  if (since !== undefined) return [`${plural(unfinished, 'run')} did not end as done: see \`hansard runs\`.`]
  const run = archive.runs.read(range.last)
  return run === undefined ? [] : [`Run ${run.id} ${formatOutcome(run)}.`]
}

const titles: Readonly<Record<ChangeKind, string>> = {
  new: 'New',
  updated: 'Updated',
  gone: 'Gone upstream, kept in the archive',
  revived: 'Gone before, and upstream again',
  altered: 'Altered upstream, with the earlier content kept',
  vanished: 'Deleted before they could be read',
  failed: 'Failed',
}

function* groupLines(
  archive: Archive,
  kind: ChangeKind,
  count: number,
  { range }: Period,
  { width, everything }: ChangesLayout,
): Generator<string, void, undefined> {
  yield fit(`${titles[kind]}: ${plural(count, 'conversation')}`, width)
  for (const change of archive.changes.list(kind, range, everything ? undefined : MAX_EXAMPLES))
    yield changeLine(change, archive.conversations.title(change.id), width)
}

/** Below this width, ids are left out: a title says more. */
const MIN_WIDTH_OF_IDS = 72

const MIN_TITLE = 16
const MAX_TITLE = 60
const MAX_LINE = 200

/** If the line is too long, the title is cut first, and then what is said last. */
function changeLine(change: Change, title: string | null, width: number): string {
  const isNarrow = width < MIN_WIDTH_OF_IDS
  const facts = [factsOf(change), title === null || isNarrow ? '' : change.id].filter(Boolean).join(', ')
  const inBrackets = facts === '' ? '' : ` (${defuseLine(facts)})`
  const room = Math.max(MIN_TITLE, Math.min(MAX_TITLE, width - textWidth(inBrackets) - 2))
  const head = title === null ? defuseLine(change.id) : fit(defuseLine(title), room)
  const detail = change.change === 'altered' || change.change === 'failed' ? `: ${change.detail ?? ''}` : ''
  return fit(`  ${head}${inBrackets}${defuseLine(detail)}`, Math.min(width, MAX_LINE))
}

function factsOf({ change, entries, entriesAdded }: Change): string {
  if (entries === null || change === 'altered' || change === 'failed') return ''
  const all = plural(entries, 'entry')
  if (change !== 'updated' || entriesAdded === null) return all
  return `${all}, ${entriesAdded >= 0 ? `${formatNumber(entriesAdded)} added` : `${formatNumber(-entriesAdded)} fewer`}`
}
