import { createHash, type Hash } from 'node:crypto'

import { stringIn } from '../../model/entries/fields.ts'
import { excludeOnError } from '../exclusion.ts'
import type { ExportContext, ExportedConversation, Writer } from '../format.ts'
import { jsonLine } from '../output/json-line.ts'
import type { ChatContent } from './chat-content.ts'
import { ChatLineValidator, type SchemaFault } from './chat-line-validator.ts'
import { chatMessages } from './chat-messages.ts'
import { excluded } from './exclusion-reasons.ts'
import { FieldTypes } from './field-types.ts'
import { systemAndTools } from './system-and-tools.ts'
import type { LineFiles } from './train-split.ts'
import { WrittenLines } from './written-lines.ts'

/** Options of a chat export. */
export interface ChatWriterOptions extends ChatContent {
  readonly withSystem: boolean
}

/** Characters of a line that are kept between validating and writing it; the entries of a longer one are read twice. */
const KEPT = 1024 * 1024

const SLICE = 64 * 1024

/** Writes a line for each conversation that the format can represent and that is not a duplicate; excludes the others. */
export class ChatWriter implements Writer {
  readonly #context: ExportContext
  readonly #options: ChatWriterOptions
  readonly #lineFiles: LineFiles
  readonly #schemaFault: SchemaFault
  readonly #written = new WrittenLines()
  readonly #types = new FieldTypes()

  constructor(
    context: ExportContext,
    options: ChatWriterOptions,
    lineFiles: LineFiles,
    schemaFault: SchemaFault,
  ) {
    this.#context = context
    this.#options = options
    this.#lineFiles = lineFiles
    this.#schemaFault = schemaFault
  }

  async begin(): Promise<void> {
    // A file of lines has no header.
  }

  async write(conversation: ExportedConversation): Promise<void> {
    const file = this.#lineFiles.fileFor(conversation.id)
    for (const part of this.#lineOf(conversation)) await file.write(jsonLine(part))
  }

  async end(): Promise<void> {
    this.#written.close()
    this.#types.close()
    for (const file of this.#lineFiles.files) await file.close()
  }

  /** Yields a line in parts once all of it is valid. The line may be larger than memory. */
  *#lineOf({ id, row, entries }: ExportedConversation): Generator<string, void, undefined> {
    if (stringIn(row.fields.get('type')) === 'hansard.unreadable')
      throw excluded('unreadable', stringIn(row.fields.get('reason')))
    const { system, tools } = excludeOnError(() =>
      systemAndTools(row, this.#context.dependencies, this.#options),
    )
    const messages = (): Iterable<string> => withFirst(system, chatMessages(entries(), this.#options))
    const { sha256, kept } = excludeOnError(() =>
      validateAndKeep(new ChatLineValidator(this.#schemaFault), messages(), tools),
    )
    const types = excludeOnError(() => this.#types.check(tools))
    const earlier = this.#written.note(sha256, id)
    if (earlier !== undefined) throw excluded('duplicate', earlier)
    types.keep()
    let separator = '{"messages":['
    for (const message of kept ?? messages()) {
      yield separator
      yield message
      separator = ','
    }
    yield tools.length === 0 ? ']}\n' : `],"tools":[${tools.join(',')}]}\n`
  }
}

function* withFirst(first: string | undefined, rest: Iterable<string>): Generator<string, void, undefined> {
  if (first !== undefined) yield first
  yield* rest
}

function validateAndKeep(
  check: ChatLineValidator,
  messages: Iterable<string>,
  tools: readonly string[],
): { readonly sha256: Buffer; readonly kept: readonly string[] | undefined } {
  const sha256 = createHash('sha256')
  const kept: string[] = []
  let size = 0
  for (const message of messages) {
    check.add(message)
    updateHash(sha256, message)
    size += message.length
    if (size <= KEPT) kept.push(message)
  }
  check.end(tools)
  return { sha256: sha256.digest(), kept: size <= KEPT ? kept : undefined }
}

/** Hashes in slices, since Node reserves three bytes for each character, and as code units, which a slice cannot split. */
function updateHash(sha256: Hash, text: string): void {
  for (let at = 0; at < text.length; at += SLICE) sha256.update(text.slice(at, at + SLICE), 'utf16le')
}
