import { openArchive, type Archive } from '../../archive/archive.ts'
import { HansardError } from '../../errors.ts'
import { exportArchive, type ExportCallbacks, type ExportCounts } from '../../export/export-archive.ts'
import type { Format } from '../../export/format.ts'
import { formats, type FormatName } from '../../export/formats.ts'
import { plural } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { selectionOf, type SelectionOptions } from '../options/selection-options.ts'
import { showProgress } from '../terminal/progress.ts'
import { warnOfStaleIndex } from '../terminal/stale-index-warning.ts'
import { jsonFor, writeJson, writeLine } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

export interface ExportCommandOptions extends GlobalOptions, SelectionOptions {
  readonly format: FormatName
  /** A path, or `-` for stdout. */
  readonly output: string
  readonly force?: boolean
}

/** `hansard export FORMAT`: writes a selection of the archive to a file, a folder or stdout. */
export async function exportCommand(options: ExportCommandOptions, io: Io): Promise<ExitCode> {
  const isStream = options.output === '-'
  const archive = openArchive(options.archive)
  try {
    await warnOfMissing(archive, options, io)
    if (options.match !== undefined) await warnOfStaleIndex(archive, options, io)
    const progress = showProgress(isStream ? { ...options, quiet: true } : options, io, progressLine)
    const result = await exportArchive(archive, {
      format: options.format,
      output: isStream ? io.stdout : options.output,
      transform: transformFor(io.stdout),
      options: formatOptions(options),
      selection: selectionOf(options),
      force: options.force ?? false,
      signal: io.signal,
      onProgress: progress.update,
      ...reportProblems(io),
    }).finally(progress.end)
    await printCounts(result, options, io)
    return result.unreadable + result.failed > 0 ? exitCodes.partial : exitCodes.done
  } finally {
    archive.close()
  }
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
    if (stdout.isTTY !== true) return part
    throw new HansardError('usage', 'Cannot show compressed data on a terminal', {
      hint: 'Redirect the output to a file or a pipe.',
    })
  }
}

async function warnOfMissing(archive: Archive, { id = [] }: ExportCommandOptions, io: Io): Promise<void> {
  for (const missing of archive.conversations.missing(id))
    await writeLine(io.stderr, `hansard: no conversation ${defuseLine(missing)} in the archive`)
}

function reportProblems(io: Io): ExportCallbacks {
  const report = (line: string) => void io.stderr.write(`${defuseLine(line)}\n`)
  return {
    onLeftOut: (id, reason) => report(`left out: ${id}: ${reason}`),
    onNotice: (sentence) => report(`note: ${sentence}`),
    onUnreadable: (id, position, reason) =>
      report(
        `unreadable: ${id}, ${position === undefined ? 'conversation object' : `entry ${position}`}: ${reason}`,
      ),
  }
}

async function printCounts(counts: ExportCounts, options: ExportCommandOptions, io: Io): Promise<void> {
  const { output, format, quiet, json } = options
  if (json === true && output !== '-') {
    await writeJson(io.stdout, { command: 'export', format, ...counts, output })
  } else if (quiet !== true) {
    for (const line of formatSummary(counts, output)) await writeLine(io.stderr, defuseLine(line))
  }
}

function formatSummary(
  { conversations, entries, leftOut, unreadable }: ExportCounts,
  output: string,
): string[] {
  const what = `${plural(conversations, 'conversation')} with ${plural(entries, 'entry')}`
  return [
    `${what} written to ${output === '-' ? 'stdout' : output}.`,
    ...(conversations + leftOut === 0 ? ['No conversation matches the selection.'] : []),
    ...(leftOut === 0 ? [] : [`${plural(leftOut, 'conversation')} left out for the reasons above.`]),
    ...(unreadable === 0
      ? []
      : [`${plural(unreadable, 'text')} could not be read: run \`hansard verify\` to find out why.`]),
  ]
}

function progressLine({ conversations, entries }: Readonly<ExportCounts>): string {
  return `${plural(conversations, 'conversation')} · ${plural(entries, 'entry')}`
}
