import { resolve } from 'node:path'
import type { Writable } from 'node:stream'

import type { Archive } from '../archive/archive.ts'
import type { Selection } from '../archive/content/selection.ts'
import { HansardError } from '../errors.ts'
import { version } from '../own-files.ts'
import { ExcludedError } from './exclusion.ts'
import { readConversations, type OnUnreadable } from './export-source.ts'
import type { Format, OutputFile, Shape } from './format.ts'
import { checkFormatOptions, formats, type FormatName, type FormatOptions } from './formats.ts'
import { limitYoungGeneration } from './heap-control.ts'
import { explainFile } from './output/file-errors.ts'
import { refuseFileName } from './output/folder-name.ts'
import { gzipFiles } from './output/gzip.ts'
import type { Output } from './output/output.ts'
import { stageOutput } from './output/staged-output.ts'
import { streamOutput, type StreamTransform } from './output/stream-output.ts'
import { jsonLine } from './unicode-escape.ts'

/** The callbacks of an export. */
export interface ExportCallbacks {
  /** Called when the export begins, and after each conversation. */
  readonly onProgress?: (progress: ExportProgress) => void
  /** Called for each conversation that was left out, with its id, the reason, and its code. */
  readonly onLeftOut?: (id: string, reason: string, code: string) => void
  /** Called with a sentence about the export that its readers should know, such as a limit of Excel that it exceeds. */
  readonly onNotice?: (sentence: string) => void
  /** Called for each text of the archive that cannot be read. */
  readonly onUnreadable?: OnUnreadable
}

/** The progress of an export. */
export interface ExportProgress extends Readonly<ExportCounts> {
  /** Number of conversations of the selection. */
  readonly total: number
}

/** What an export wrote. */
export interface ExportCounts {
  conversations: number
  entries: number
  /** Conversations that were not written: the format cannot represent them, or writing them failed. */
  leftOut: number
  /** Those of `leftOut` that failed. */
  failed: number
  /** Texts of the archive that cannot be read; an entry of type `hansard.unreadable` is written in place of each. */
  unreadable: number
}

/** What to export, and where to. Only `format` and `output` are required. */
export interface ExportOptions<Name extends FormatName = FormatName> extends ExportCallbacks {
  readonly format: Name
  /**
   * The path of the file or folder to write, or a stream for a format that writes one file. An export to a path appears
   * there as a whole or not at all. A stream is not ended, so that more can be written to it.
   */
  readonly output: string | Writable
  /** The options of the format, as `hansard export FORMAT --help` lists them (`--no-escape-formulas`: `escapeFormulas: false`). */
  readonly options?: FormatOptions<Name>
  /** Which conversations to export. Default: all that are not gone. */
  readonly selection?: Selection
  /** Replace an earlier export at `output`; nothing else is ever replaced. Default: false. */
  readonly force?: boolean
  /** Stops the export before the next conversation. */
  readonly signal?: AbortSignal
  /** Changes each part on its way to a stream. */
  readonly transform?: StreamTransform
}

/** How an export ended. */
export interface ExportResult extends ExportCounts {
  /** The absolute path of the export; null if it went to a stream. */
  readonly output: string | null
}

/**
 * Exports conversations from one snapshot of the archive: what a backup writes meanwhile is not seen. On an error nothing
 * is left at the path, and an earlier export there stays as it was. While it runs, and afterwards, the young generation
 * of this process stays small (see `heap-control.ts`).
 *
 * @throws HansardError `usage` if the options, or the path, cannot be used; `file` if the output cannot be written;
 *   `archive-locked` while another export writes to the same path; `interrupted` once `signal` was aborted
 */
export async function exportArchive<Name extends FormatName>(
  archive: Archive,
  request: ExportOptions<Name>,
): Promise<ExportResult> {
  const { format: name, output } = request
  const options = checkFormatOptions(name, { ...(request.options as object | undefined) })
  const shape = shapeOf(formats[name], options, output)
  const target = await openOutput(archive, formats[name], options, shape, request)
  limitYoungGeneration()
  try {
    const counts = await archive.snapshot(() => writeConversations(archive, target, options, shape, request))
    return { ...counts, output: typeof output === 'string' ? resolve(output) : null }
  } catch (thrown) {
    throw explainFile(thrown)
  } finally {
    await target.abandon()
  }
}

/** A stream takes one file. */
function shapeOf(
  format: Format,
  options: Readonly<Record<string, unknown>>,
  output: ExportOptions['output'],
): Shape {
  return typeof output === 'string' ? format.shape(options, output) : 'file'
}

async function openOutput(
  archive: Archive,
  format: Format,
  options: Readonly<Record<string, unknown>>,
  shape: Shape,
  { format: name, output, force = false, transform }: ExportOptions,
): Promise<Output> {
  if (typeof output === 'string' && shape === 'folder') refuseFileName(output, format, name)
  if (typeof output === 'string') return stageOutput({ path: output, shape, archive: archive.path, force })
  if (format.canStream(options)) return streamOutput(output, transform)
  throw new HansardError('usage', `The format ${name} writes several files, but a stream takes one`, {
    hint: 'Choose the path of a folder, with --output on the command line.',
  })
}

/** A file is compressed if its name says so, as tar and pandas do it. */
function isCompressed(
  options: Readonly<Record<string, unknown>>,
  shape: Shape,
  output: ExportOptions['output'],
): boolean {
  if (options['gzip'] === true) return true
  return typeof output === 'string' && output.endsWith('.gz') && shape === 'file'
}

/** Writes the selected conversations to an output and commits it. */
async function writeConversations(
  archive: Archive,
  output: Output,
  options: Readonly<Record<string, unknown>>,
  shape: Shape,
  { format: name, output: path, selection = {}, signal, ...callbacks }: ExportOptions,
): Promise<ExportCounts> {
  const format: Format = formats[name]
  const counts: ExportCounts = { conversations: 0, entries: 0, leftOut: 0, failed: 0, unreadable: 0 }
  const read = function* (onUnreadable: OnUnreadable) {
    for (const conversation of readConversations(archive, selection, onUnreadable)) {
      if (signal?.aborted === true)
        throw new HansardError('interrupted', 'The export was interrupted; no file was left behind')
      yield conversation
    }
  }
  const writer = await format.open(
    {
      files: isCompressed(options, shape, path) ? gzipFiles(output) : output,
      shape,
      archive,
      selection,
      conversations: () => read(() => undefined),
      notice: (sentence) => callbacks.onNotice?.(sentence),
    },
    options,
  )
  const onUnreadable: OnUnreadable = (...found) => {
    counts.unreadable++
    callbacks.onUnreadable?.(...found)
  }
  const total = callbacks.onProgress === undefined ? 0 : archive.conversations.countSelected(selection)
  callbacks.onProgress?.({ ...counts, total })
  let leftOutFile: OutputFile | undefined
  for (const conversation of read(onUnreadable)) {
    const { id, length } = conversation
    try {
      await writer.write(conversation)
      counts.conversations++
      counts.entries += length
    } catch (thrown) {
      if (!(thrown instanceof ExcludedError)) throw thrown
      const reason = thrown.message
      counts.leftOut++
      if (thrown.isFault) counts.failed++
      callbacks.onLeftOut?.(id, reason, thrown.code)
      if (shape === 'folder') {
        leftOutFile ??= await output.create('left-out.jsonl')
        await leftOutFile.write(`${jsonLine(JSON.stringify({ id, reason }))}\n`)
      }
    }
    callbacks.onProgress?.({ ...counts, total })
  }
  await writer.end()
  await leftOutFile?.close()
  await output.commit({
    hansard: version,
    format: name,
    options,
    selection: { ...selection },
    counts: { ...counts },
  })
  return counts
}
