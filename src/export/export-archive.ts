import { resolve } from 'node:path'
import type { Writable } from 'node:stream'

import type { Archive } from '../archive/archive.ts'
import type { Selection } from '../archive/content/selection.ts'
import { HansardError } from '../errors.ts'
import { checkFormatOptions } from './format-options.ts'
import type { Format } from './format.ts'
import { formats, type FormatName, type FormatOptions } from './formats.ts'
import { limitYoungGeneration } from './heap-control.ts'
import { explainFile } from './output/file-errors.ts'
import type { Output } from './output/output.ts'
import { stageOutput } from './output/staged-output.ts'
import { streamOutput, type StreamTransform } from './output/stream-output.ts'
import { writeConversations, type ExportCallbacks, type ExportCounts } from './write-conversations.ts'

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
  const { format: name, output, selection = {}, signal } = request
  const options = checkFormatOptions(name, { ...(request.options as object | undefined) })
  const format = formats[name] as Format
  const target = await openOutput(archive, format, options, request)
  limitYoungGeneration()
  try {
    const counts = await archive.snapshot(() =>
      writeConversations(archive, target, { ...request, name, format, options, selection, signal }),
    )
    return { ...counts, output: typeof output === 'string' ? resolve(output) : null }
  } catch (thrown) {
    throw explainFile(thrown)
  } finally {
    await target.abandon()
  }
}

async function openOutput(
  archive: Archive,
  format: Format,
  options: Readonly<Record<string, unknown>>,
  { format: name, output, force = false, transform }: ExportOptions,
): Promise<Output> {
  if (typeof output === 'string')
    return stageOutput({ path: output, shape: format.shape(options), archive: archive.path, force })
  if (format.canStream(options)) return streamOutput(output, transform)
  throw new HansardError('usage', `The format ${name} writes several files, but a stream takes one`, {
    hint: 'Choose the path of a folder, with --output on the command line.',
  })
}
