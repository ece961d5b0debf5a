import type { Archive } from '../archive/archive.ts'
import type { HistoryRange } from '../archive/content/histories.ts'
import type { Dependencies } from '../archive/content/dependencies.ts'
import type { Selection } from '../archive/content/selection.ts'
import type { JsonValue } from './json-value.ts'

/** A conversation as a writer gets it. */
export interface ExportedConversation {
  readonly id: string
  readonly row: JsonValue
  /** Number of entries. */
  readonly length: number
  /** When it was created, as `instantOf` formats it; null if the API did not tell. */
  readonly createdAt: string | null
  /** When it was marked as gone (ISO 8601); null if it still exists. */
  readonly goneAt: string | null
  readonly fetchedAt: string
  /** The entries in order, or a part of them, read one at a time. Each call reads them again. */
  entries(range?: HistoryRange): Iterable<JsonValue>
  /** The size of each entry in bytes. */
  sizes(): number[]
  /** The key of each entry in the archive: equal entries have equal keys. */
  entryKeys(): number[]
}

/** A part of a file: text, JSON from the archive, or bytes. */
export type Part = string | JsonValue | Uint8Array

/** A file that a writer writes. */
export interface OutputFile {
  /** Writes a part. If it returns a promise, await it before the next part: the disk or pipe is slower than the writer. */
  write(part: Part): Promise<void> | undefined
  close(): Promise<void>
}

/** Creates the files of an export; a writer never opens a file itself. */
export interface OutputFiles {
  /**
   * Creates a file.
   *
   * @param path inside the output, with `/` between folders. A format of one file creates one, and the user's path is
   *   used instead.
   */
  create(path: string): Promise<OutputFile>
}

/** Reads the archived agents and files that conversations refer to. */
export type DependencyReader = Pick<Dependencies, 'read'>

/** Whether an export is one file or a folder of files. */
export type Shape = 'file' | 'folder'

/** What a format gets to write with. */
export interface ExportContext {
  readonly files: OutputFiles
  readonly shape: Shape
  readonly archive: Archive
  readonly selection: Selection
  /** Reads the selection once more, for a format that must see all of it before it writes anything. */
  conversations(): Iterable<ExportedConversation>
  /** Reports something about the export that its readers should know. */
  notice(sentence: string): void
}

/** Writes conversations in a format. Each call is awaited before the next one. */
export interface Writer {
  /** @throws ExcludedError if it cannot write the conversation, before any part of it is written */
  write(conversation: ExportedConversation): Promise<void>
  /** Called once, after the last conversation, unless an error was thrown. Closes all files. */
  end(): Promise<void>
}

/** An option of one format. */
export interface FormatOption {
  /** Its name in `options`: `gzip`, `per`, `escapeFormulas`. */
  readonly name: string
  /** Its flags on the command line: `--gzip`, `--per <what>`, `--no-escape-formulas`. */
  readonly flags: string
  readonly about: string
  readonly choices?: readonly string[]
  readonly default?: unknown
  /** @throws HansardError `usage` */
  readonly parse?: (text: string) => unknown
}

/** A format: its help and options, and how to write it. Import a large library in `open`, so that `--help` stays fast. */
export interface Format<Options = unknown> {
  readonly summary: string
  readonly options: readonly FormatOption[]
  /** Text below the options in the help. */
  readonly notes?: string
  /** For a format that writes a folder: what is in it, and how to write one file instead. */
  readonly folder?: { readonly holds: string; readonly instead?: string }
  /** Returns whether it writes one file or a folder of files to a path. */
  shape(options: Options, path: string): Shape
  /** Returns whether it can go to a stream such as stdout: it then creates one file only. */
  canStream(options: Options): boolean
  open(context: ExportContext, options: Options): Promise<Writer>
}
