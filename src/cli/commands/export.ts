import { withArchive } from '../../archive/with-archive.ts'
import { HansardError } from '../../errors.ts'
import { exportArchive, type ExportCallbacks, type ExportCounts } from '../../export/export-archive.ts'
import type { Format } from '../../export/format.ts'
import { formats, type FormatName } from '../../export/formats.ts'
import { plural } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { selectionOf, type SelectionOptions } from '../options/selection-options.ts'
import { withWholeIds } from '../options/whole-ids.ts'
import { warnOfMissing, warnOfStaleIndex } from '../terminal/archive-warnings.ts'
import { showExport } from '../terminal/progress-texts.ts'
import { ProgressLine } from '../terminal/progress.ts'
import { hintForLeftOut } from '../terminal/hints.ts'
import { formatReport, reasonOf, ReportCollector } from '../terminal/report.ts'
import { jsonFor, widthOf, writeJson, writeLines } from '../terminal/stdout.ts'

export interface ExportCommandOptions extends GlobalOptions, SelectionOptions {
  readonly format: FormatName
  /** A path, or `-` for stdout. */
  readonly output: string
  readonly force?: boolean
}

/** `hansard export FORMAT`: writes a selection of the archive to a file, a folder or stdout. */
export async function exportCommand(given: ExportCommandOptions, io: Io): Promise<ExitCode> {
  const isStream = given.output === '-'
  if (!isStream) io.goOnUnread?.()
  return await withArchive(given.archive, async (archive) => {
    const options = withWholeIds(archive, given)
    await warnOfMissing(archive, options.id, io)
    if (options.match !== undefined) await warnOfStaleIndex(archive, options, io)
    const problems = new ReportCollector()
    // A progress line would cut through what is written to the same terminal.
    const isHidden = options.quiet || (isStream && io.stdout.isTTY)
    const progress = new ProgressLine({ quiet: isHidden ?? false }, io, showExport)
    const result = await exportArchive(archive, {
      format: options.format,
      output: isStream ? io.stdout : options.output,
      transform: transformFor(io.stdout),
      options: formatOptions(options),
      selection: selectionOf(options),
      force: options.force ?? false,
      signal: io.signal,
      onProgress: progress.update,
      ...collectProblems(problems, options, progress),
    }).finally(progress.end)
    const { format, output, json, quiet, verbose } = options
    await writeLines(io.stderr, formatReport(problems.groups(), { verbose, width: widthOf(io.stderr) }))
    if (json && !isStream) await writeJson(io.stdout, { command: 'export', format, ...result, output })
    else if (!quiet) await writeLines(io.stderr, formatSummary(result, output))
    return result.unreadable + result.failed > 0 ? exitCodes.partial : exitCodes.done
  })
}

/** Returns those options that belong to the format. */
function formatOptions(options: ExportCommandOptions): Record<string, unknown> {
  const names = (formats[options.format] as Format).options.map(({ name }) => name)
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)))
}

/** Makes JSON safe for a terminal, and refuses to write bytes to one. */
function transformFor(stdout: Io['stdout']): (part: string | Uint8Array) => string | Uint8Array {
  return (part) => {
    if (typeof part === 'string') return jsonFor(stdout, part)
    if (!stdout.isTTY) return part
    throw new HansardError('usage', 'Cannot show compressed data on a terminal', {
      hint: 'Redirect the output to a file or a pipe.',
    })
  }
}

/** Collects what is left out or unreadable; with --verbose each is also printed at once. */
function collectProblems(
  problems: ReportCollector,
  { verbose }: GlobalOptions,
  progress: Pick<ProgressLine, 'print'>,
): ExportCallbacks {
  const say = (line: string) => progress.print(line)
  return {
    onNotice: (sentence) => say(`note: ${sentence}`),
    onLeftOut: (id, reason, code) => {
      if (verbose) say(`left out: ${id}: ${reason}`)
      const detail = reasonOf(reason)
      const example = detail === reason ? id : `${id}: ${reason}`
      problems.add({ reason: `left out: ${detail}`, hint: hintForLeftOut(code) }, example)
    },
    onUnreadable: (id, position, reason) => {
      const place = position === undefined ? 'conversation object' : `entry ${position}`
      if (verbose) say(`unreadable: ${id}, ${place}: ${reason}`)
      const hint = 'Run `hansard verify` to find out why.'
      problems.add({ reason: `unreadable: ${reason}`, noun: 'text', hint }, `${id}, ${place}`)
    },
  }
}

function formatSummary(counts: ExportCounts, output: string): string[] {
  const { conversations, entries, leftOut, unreadable } = counts
  const what = `${plural(conversations, 'conversation')} with ${plural(entries, 'entry')}`
  const lines = [`${what} written to ${output === '-' ? 'stdout' : output}.`]
  if (conversations + leftOut === 0) lines.push('No conversation matches the selection.')
  if (leftOut > 0) lines.push(`${plural(leftOut, 'conversation')} left out for the reasons above.`)
  if (unreadable > 0)
    lines.push(`${plural(unreadable, 'text')} could not be read: run \`hansard verify\` to find out why.`)
  return lines
}
