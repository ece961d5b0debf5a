import type { Dependencies } from '../archive/content/dependencies.ts'
import type { JsonValue } from './json-value.ts'

/** A conversation as writers get it. */
export interface ExportedConversation {
  readonly id: string
  readonly row: JsonValue
  /** How many entries it has. */
  readonly length: number
  /** When it was created, in the form of `instantOf`; null where the API did not say so. */
  readonly createdAt: string | null
  /** When it was found to be no longer upstream (ISO 8601). */
  readonly goneAt: string | null
  readonly fetchedAt: string
  /** The entries in their order, read one at a time; each call reads them again. */
  entries(): Iterable<JsonValue>
}

/** What is written: text, JSON of the archive, or bytes that are no text. */
export type Part = string | JsonValue | Uint8Array

/** A file being written; nothing else may be done to it than this. */
export interface OutputFile {
  /** Takes a part. Await what it answers with: it is how a slow disk or pipe slows the writer down. */
  write(part: Part): Promise<void> | undefined
  close(): Promise<void>
}

/** Where a writer's files come from. */
export interface OutputFiles {
  /**
   * Begins a file, by its path inside the output, `/` between folders. A format of one file begins one, once; its name
   * is what the user said.
   */
  create(path: string): Promise<OutputFile>
}

/** What a writer works with. */
export interface ExportContext {
  readonly files: OutputFiles
  /** The agents and files that conversations refer to, as archived. */
  readonly dependencies: Pick<Dependencies, 'read'>
  /** Reads the selection once more, for a writer that must know of all of it before it writes the first. */
  conversations(): Iterable<ExportedConversation>
  /** Tells the user something about what was written that its readers may stumble over. */
  notice(sentence: string): void
}

/** Writes conversations in a format. Each is awaited before the next call. */
export interface Writer {
  /** Called once, first. */
  begin(): Promise<void>
  /** @throws LeftOut where it can't write this conversation, before anything of it is written */
  write(conversation: ExportedConversation): Promise<void>
  /** Called once, last, if nothing was thrown. All files are closed when it has ended. */
  end(): Promise<void>
}

/** An option that only this format has, as the command line shows it. */
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

/** A format: what the command line says of it, and how to write it. Heavy libraries are loaded by `open`, not before. */
export interface Format<Options = unknown> {
  readonly summary: string
  readonly options: readonly FormatOption[]
  /** What else people should know, below the options in the help. */
  readonly notes?: string
  /** Whether it writes one file or a folder of files. */
  shape(options: Options): 'file' | 'folder'
  /** Whether it can go to stdout: it then begins one file only. */
  canStream(options: Options): boolean
  open(context: ExportContext, options: Options): Promise<Writer>
}
