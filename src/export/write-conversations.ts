import type { Archive } from '../archive/archive.ts'
import type { Selection } from '../archive/content/selection.ts'
import { HansardError } from '../errors.ts'
import { version } from '../version.ts'
import { ExcludedError } from './exclusion.ts'
import { readConversations, type OnUnreadable } from './export-source.ts'
import type { ExportContext, ExportedConversation, Format, OutputFile, Writer } from './format.ts'
import type { FormatName } from './formats.ts'
import { jsonLine } from './output/json-line.ts'
import type { Output } from './output/output.ts'

/** The callbacks of an export. */
export interface ExportCallbacks {
  /** Called after each conversation. */
  readonly onProgress?: (counts: Readonly<ExportCounts>) => void
  /** Called for each conversation that was left out, with its id and the reason. */
  readonly onLeftOut?: (id: string, reason: string) => void
  /** Called with a sentence about the export that its readers should know, such as a limit of Excel that it exceeds. */
  readonly onNotice?: (sentence: string) => void
  /** Called for each text of the archive that cannot be read. */
  readonly onUnreadable?: OnUnreadable
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

/** What to write, and how. */
export interface WriteRequest extends ExportCallbacks {
  readonly name: FormatName
  readonly format: Format
  readonly options: Readonly<Record<string, unknown>>
  readonly selection: Selection
  readonly signal: AbortSignal | undefined
}

/** Writes the selected conversations to an output and commits it. */
export async function writeConversations(
  archive: Archive,
  output: Output,
  request: WriteRequest,
): Promise<ExportCounts> {
  const { name, format, options, selection, signal } = request
  const counts: ExportCounts = { conversations: 0, entries: 0, leftOut: 0, failed: 0, unreadable: 0 }
  const read = function* (onUnreadable: OnUnreadable): Generator<ExportedConversation, void, undefined> {
    for (const conversation of readConversations(archive, selection, onUnreadable)) {
      if (signal?.aborted === true)
        throw new HansardError('interrupted', 'The export was interrupted; no file was left behind')
      yield conversation
    }
  }
  const leftOut = new LeftOutFile(output, format.shape(options) === 'folder')
  const context: ExportContext = {
    files: output,
    dependencies: archive.dependencies,
    conversations: () => read(() => undefined),
    notice: (sentence) => request.onNotice?.(sentence),
  }
  const writer = await format.open(context, options)
  await writer.begin()
  const onUnreadable: OnUnreadable = (...found) => {
    counts.unreadable++
    request.onUnreadable?.(...found)
  }
  for (const conversation of read(onUnreadable)) {
    const excluded = await writeOrExclude(writer, conversation)
    if (excluded === undefined) {
      counts.conversations++
      counts.entries += conversation.length
    } else {
      counts.leftOut++
      if (excluded.isFault) counts.failed++
      request.onLeftOut?.(conversation.id, excluded.message)
      await leftOut.add(conversation.id, excluded.message)
    }
    request.onProgress?.(counts)
  }
  await writer.end()
  await leftOut.end()
  await output.commit({
    hansard: version,
    format: name,
    options,
    selection: { ...selection },
    counts: { ...counts },
  })
  return counts
}

async function writeOrExclude(
  writer: Writer,
  conversation: ExportedConversation,
): Promise<ExcludedError | undefined> {
  try {
    await writer.write(conversation)
    return undefined
  } catch (thrown) {
    if (thrown instanceof ExcludedError) return thrown
    throw thrown
  }
}

/** Writes `left-out.jsonl` into an export that is a folder, if a conversation was left out. */
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
