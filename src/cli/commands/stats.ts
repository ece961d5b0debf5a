import type { Archive } from '../../archive/archive.ts'
import { withArchive } from '../../archive/with-archive.ts'
import { HansardError } from '../../errors.ts'
import { countStats, type Count, type Dimension, type Stats } from '../../export/stats/count-stats.ts'
import { openChart } from '../../export/stats/write-chart.ts'
import { plural } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { selectionOf, selects, type SelectionOptions } from '../options/selection-options.ts'
import { withWholeIds } from '../options/whole-ids.ts'
import { warnOfMissing, warnOfStaleIndex } from '../terminal/archive-warnings.ts'
import { barFor } from '../terminal/bar.ts'
import { ProgressLine } from '../terminal/progress.ts'
import { formatStats } from '../terminal/stats-table.ts'
import { statsToJson, statsToTsv } from '../terminal/stats-values.ts'
import { colorsFor } from '../terminal/colors.ts'
import { widthOf, write, writeJson, writeLine, writeLines } from '../terminal/stdout.ts'

export interface StatsCommandOptions extends GlobalOptions, SelectionOptions {
  readonly by?: Dimension
  /** A path, or `-` for stdout. */
  readonly svg?: string
  readonly force?: boolean
}

/** `hansard stats`: prints how much the selected conversations contain, and draws it with --svg. */
export async function statsCommand(given: StatsCommandOptions, io: Io): Promise<ExitCode> {
  refuseContradiction(given)
  return await withArchive(given.archive, async (archive) => {
    const options = withWholeIds(archive, given)
    await warnOfMissing(archive, options.id, io)
    if (options.match !== undefined) await warnOfStaleIndex(archive, options, io)
    const chart = await openChartFor(archive, options, io)
    try {
      const stats = await count(archive, options, io)
      if (options.svg !== '-') await writeStats(stats, options, io)
      await chart?.write(stats)
      await writeNotes(archive, stats, options, io)
      return stats.unreadable > 0 ? exitCodes.partial : exitCodes.done
    } finally {
      await chart?.close()
    }
  })
}

function refuseContradiction({ svg, json, force }: StatsCommandOptions): void {
  if (svg === '-' && json)
    throw new HansardError('usage', 'stdout takes either the chart or the JSON', {
      hint: 'Write the chart to a file: --svg FILE.',
    })
  if (svg === undefined && force)
    throw new HansardError('usage', '--force replaces a chart, but --svg is missing', {
      hint: 'Add --svg FILE, or leave out --force.',
    })
}

/** Opens the place of the chart before anything is counted, so that a wrong path is reported at once. */
async function openChartFor(archive: Archive, options: StatsCommandOptions, io: Io) {
  const { svg, force = false } = options
  if (svg === undefined) return undefined
  const output = svg === '-' ? io.stdout : svg
  return await openChart(archive, { output, selection: selectionOf(options), force })
}

async function count(archive: Archive, options: StatsCommandOptions, io: Io): Promise<Stats> {
  const selection = selectionOf(options)
  const total = archive.conversations.countSelected(selection)
  const progress = new ProgressLine<Count>(options, io, ({ conversations, entries }) => ({
    what: 'counting',
    noun: 'conversation',
    step: { name: 'count', done: conversations, total, isEstimated: false },
    others: [plural(entries, 'entry')],
  }))
  const { signal } = io
  return await countStats(archive, selection, { signal, onProgress: progress.update }).finally(progress.end)
}

async function writeStats(stats: Stats, { json, by }: StatsCommandOptions, io: Io): Promise<void> {
  const { stdout } = io
  if (json) await writeJson(stdout, statsToJson(stats))
  else if (!stdout.isTTY) for (const line of statsToTsv(stats, by)) await writeLine(stdout, line)
  else if (stats.conversations > 0) {
    const layout = { width: widthOf(stdout), colors: colorsFor(io), bar: barFor(io.env), by }
    await write(stdout, formatStats(stats, layout).join('\n') + '\n')
  }
}

/** Says on stderr what the figures do not: that nothing was found or read, and where the chart is. */
async function writeNotes(
  archive: Archive,
  stats: Stats,
  options: StatsCommandOptions,
  io: Io,
): Promise<void> {
  const { conversations, unreadable } = stats
  const { svg, quiet } = options
  const notes: string[] = []
  if (conversations === 0 && !quiet) notes.push(whyNothing(archive, options))
  if (unreadable > 0)
    notes.push(`${plural(unreadable, 'entry')} could not be read: run \`hansard verify\` to find out why.`)
  if (svg !== undefined && svg !== '-' && !quiet) notes.push(`Chart written to ${svg}.`)
  await writeLines(io.stderr, notes)
}

function whyNothing(archive: Archive, options: StatsCommandOptions): string {
  const { gone } = archive.counts()
  if (selects(options)) return 'No conversation matches the selection.'
  return gone > 0
    ? `Nothing to count: ${plural(gone, 'conversation')} in the archive, all gone upstream; use --include-gone.`
    : 'The archive is empty: fill it with `hansard backup`.'
}
