import type { Archive } from '../archive/archive.ts'
import type { Selection } from '../archive/content/selection.ts'
import { HansardError } from '../errors.ts'
import { version } from '../version.ts'
import { conversationsOf, type OnUnreadable } from './export-source.ts'
import type { ExportContext, ExportedConversation, Format, OutputFile, Writer } from './format.ts'
import { formats, type FormatName } from './formats.ts'
import { LeftOut } from './left-out.ts'
import { explainFile } from './output/file-errors.ts'
import { jsonLine } from './output/json-line.ts'
import type { Output } from './output/output.ts'

/** What to export, and whom to tell of it. */
export interface ExportOptions {
  readonly format: FormatName
  /** The format's own options; see `options` of each format. */
  readonly options?: Readonly<Record<string, unknown>>
  readonly selection?: Selection
  readonly signal?: AbortSignal
  /** Told after each conversation. */
  readonly onProgress?: (counts: Readonly<ExportCounts>) => void
  /** Told of each conversation that could not be written. */
  readonly onLeftOut?: (id: string, reason: string) => void
  /** Told what readers of the export may stumble over. */
  readonly onNotice?: (sentence: string) => void
  readonly onUnreadable?: OnUnreadable
}

/** What an export came to. */
export interface ExportCounts {
  conversations: number
  entries: number
  /** Conversations that were not written: the format has no form for them, or writing them failed. */
  leftOut: number
  /** How many of those failed. */
  failed: number
  /** Texts that could not be read; something says so in the place of each. */
  unreadable: number
}

/**
 * Writes conversations of the archive, as it is at this moment, in a format. What it throws leaves nothing under the
 * final name.
 *
 * @throws HansardError `interrupted`, `usage`, or `file` where the output can't be written
 */
export async function exportArchive(
  archive: Archive,
  output: Output,
  options: ExportOptions,
): Promise<ExportCounts> {
  try {
    return await archive.snapshot(() => writeAll(archive, output, options))
  } catch (thrown) {
    throw explainFile(thrown)
  } finally {
    await output.abandon()
  }
}

async function writeAll(archive: Archive, output: Output, request: ExportOptions): Promise<ExportCounts> {
  const { format, options = {}, selection = {}, signal } = request
  const counts: ExportCounts = { conversations: 0, entries: 0, leftOut: 0, failed: 0, unreadable: 0 }
  const chosen = formats[format] as Format
  const read = function* (onUnreadable: OnUnreadable): Generator<ExportedConversation, void, undefined> {
    for (const conversation of conversationsOf(archive, selection, onUnreadable)) {
      if (signal?.aborted === true)
        throw new HansardError('interrupted', 'The export was interrupted; nothing was written')
      yield conversation
    }
  }
  const leftOut = new LeftOutFile(output, chosen.shape(options) === 'folder')
  const context: ExportContext = {
    files: output,
    dependencies: archive.dependencies,
    conversations: () => read(() => undefined),
    notice: (sentence) => request.onNotice?.(sentence),
  }
  const writer = await chosen.open(context, options)
  await writer.begin()
  const onUnreadable: OnUnreadable = (...found) => {
    counts.unreadable++
    request.onUnreadable?.(...found)
  }
  for (const conversation of read(onUnreadable)) {
    const missed = await writtenOrLeftOut(writer, conversation)
    if (missed === undefined) {
      counts.conversations++
      counts.entries += conversation.length
    } else {
      counts.leftOut++
      if (missed.isFault) counts.failed++
      request.onLeftOut?.(conversation.id, missed.message)
      await leftOut.add(conversation.id, missed.message)
    }
    request.onProgress?.(counts)
  }
  await writer.end()
  await leftOut.end()
  await output.commit({
    hansard: version,
    format,
    options,
    selection: { ...selection },
    counts: { ...counts },
  })
  return counts
}

async function writtenOrLeftOut(
  writer: Writer,
  conversation: ExportedConversation,
): Promise<LeftOut | undefined> {
  try {
    await writer.write(conversation)
    return undefined
  } catch (thrown) {
    if (thrown instanceof LeftOut) return thrown
    throw thrown
  }
}

/** `left-out.jsonl`, in a folder that has something to say in it. */
class LeftOutFile {
  readonly #output: Output
  readonly #isFolder: boolean
  #file: OutputFile | undefined

  constructor(output: Output, isFolder: boolean) {
    this.#output = output
    this.#isFolder = isFolder
  }

  async add(id: string, reason: string): Promise<void> {
    if (!this.#isFolder) return
    this.#file ??= await this.#output.create('left-out.jsonl')
    await this.#file.write(`${jsonLine(JSON.stringify({ id, reason }))}\n`)
  }

  async end(): Promise<void> {
    await this.#file?.close()
  }
}
