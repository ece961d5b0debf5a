import { Option } from 'commander'

import { openArchive, type Archive } from '../../archive/archive.ts'
import { HansardError } from '../../errors.ts'
import { exportArchive, type ExportCounts, type ExportOptions } from '../../export/export-archive.ts'
import type { Format } from '../../export/format.ts'
import { formats, type FormatName } from '../../export/formats.ts'
import { limitGarbage } from '../../export/garbage-collector.ts'
import type { OutputPlace } from '../../export/output/output-place.ts'
import { stageOutput } from '../../export/output/staged-output.ts'
import { streamOutput } from '../../export/output/stream-output.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { selectionOf, type SelectionOptions } from '../options/selection-options.ts'
import { plural } from '../terminal/plural.ts'
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

/** `hansard export FORMAT`: writes a selection of the archive out, to a place on disk or to stdout. */
export async function exportCommand(options: ExportCommandOptions, io: Io): Promise<ExitCode> {
  const format = formats[options.format] as Format
  const chosen = chosenOptions(format, options)
  const isStream = options.output === '-'
  if (isStream && !format.canStream(chosen)) {
    throw new HansardError(
      'usage',
      `The format ${options.format} writes several files, and stdout takes one`,
      {
        hint: 'Name a folder with --output.',
      },
    )
  }
  limitGarbage()
  const archive = openArchive(options.archive)
  try {
    await tellMissing(archive, options, io)
    if (options.match !== undefined) await warnOfStaleIndex(archive, options, io)
    const output = isStream
      ? streamOutput(io.stdout, showOn(io.stdout))
      : await stageOutput(placeOf(options, format.shape(chosen)))
    const progress = showProgress(isStream ? { ...options, quiet: true } : options, io, progressLine)
    const counts = await exportArchive(archive, output, {
      format: options.format,
      options: chosen,
      selection: selectionOf(options),
      signal: io.signal,
      onProgress: progress.update,
      ...problemTalk(io),
    }).finally(progress.end)
    await tellCounts(counts, options, io)
    return counts.unreadable + counts.failed > 0 ? exitCodes.partial : exitCodes.done
  } finally {
    archive.close()
  }
}

/** The options that the format has, of all that were given. */
function chosenOptions(format: Format, options: ExportCommandOptions): Record<string, unknown> {
  const names = format.options.map(({ flags }) => new Option(flags).attributeName())
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)))
}

function placeOf(
  { output, archive, force = false }: ExportCommandOptions,
  shape: OutputPlace['shape'],
): OutputPlace {
  return { path: output, shape, archive, force }
}

/** JSON stays the same JSON on a terminal, without steering it; bytes are nothing for it. */
function showOn(stdout: Io['stdout']): (part: string | Uint8Array) => string | Uint8Array {
  return (part) => {
    if (typeof part === 'string') return jsonFor(stdout, part)
    if (stdout.isTTY !== true) return part
    throw new HansardError('usage', 'A terminal can’t show compressed data', {
      hint: 'Send it into a file or a pipe.',
    })
  }
}

async function tellMissing(archive: Archive, { id = [] }: ExportCommandOptions, io: Io): Promise<void> {
  for (const missing of archive.conversations.missing(id))
    await writeLine(io.stderr, `hansard: the archive holds no conversation ${defuseLine(missing)}`)
}

function problemTalk(io: Io): Pick<ExportOptions, 'onLeftOut' | 'onNotice' | 'onUnreadable'> {
  const tell = (line: string) => void io.stderr.write(`${defuseLine(line)}\n`)
  return {
    onLeftOut: (id, reason) => tell(`left out: ${id}: ${reason}`),
    onNotice: (sentence) => tell(`note: ${sentence}`),
    onUnreadable: (id, position, reason) =>
      tell(`unreadable: ${id}, ${position === undefined ? 'its row' : `entry ${position}`}: ${reason}`),
  }
}

async function tellCounts(counts: ExportCounts, options: ExportCommandOptions, io: Io): Promise<void> {
  const { output, format, quiet, json } = options
  if (json === true && output !== '-') {
    await writeJson(io.stdout, { command: 'export', format, ...counts, output })
  } else if (quiet !== true) {
    for (const line of summaryOf(counts, output)) await writeLine(io.stderr, defuseLine(line))
  }
}

function summaryOf({ conversations, entries, leftOut, unreadable }: ExportCounts, output: string): string[] {
  const what = `${plural(conversations, 'conversation')} with ${plural(entries, 'entry')}`
  return [
    `${what} written to ${output === '-' ? 'stdout' : output}`,
    ...(conversations + leftOut === 0 ? ['No conversation of the archive is in this selection.'] : []),
    ...(leftOut === 0 ? [] : [`${plural(leftOut, 'conversation')} left out, named above with the reason.`]),
    ...(unreadable === 0
      ? []
      : [`${plural(unreadable, 'text')} could not be read: see \`hansard verify\` for what to do about it.`]),
  ]
}

function progressLine({ conversations, entries }: Readonly<ExportCounts>): string {
  return `${plural(conversations, 'conversation')} · ${plural(entries, 'entry')}`
}
