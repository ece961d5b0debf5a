import { createHash, hash, type Hash } from 'node:crypto'

import { entryView } from '../../model/entries/entry-view.ts'
import { stringIn } from '../../model/entries/fields.ts'
import { allOrNothing } from '../exclusion.ts'
import type { ExportContext, ExportedConversation, Writer } from '../format.ts'
import { jsonLine } from '../unicode-escape.ts'
import { needsParts, type ChatContent, type ContentForm, type Droppable } from './chat-content.ts'
import { ChatLineValidator } from './chat-line-validator.ts'
import { chatMessages } from './chat-messages.ts'
import { excluded } from './exclusion-reasons.ts'
import { systemAndTools } from './system-and-tools.ts'
import { WrittenLines } from './written-lines.ts'

export type ChatOptions = {
  readonly system?: boolean
  readonly split?: number
  readonly seed?: number
  readonly textOnly?: boolean
  readonly drop?: readonly Droppable[]
}

const SLICE = 64 * 1024

/** Writes a line for each conversation that the format can represent and that is not a duplicate; excludes the others. */
export async function chatWriter(
  context: ExportContext,
  { system: withSystem = false, split, seed = 1, textOnly = false, drop }: ChatOptions,
): Promise<Writer> {
  const dropped = new Set(drop)
  const form = textOnly ? 'text' : chooseContentForm(context.conversations(), dropped)
  const content: ChatContent = { form, drop: dropped }
  const train = await context.files.create('train.jsonl')
  const validation = split === undefined ? train : await context.files.create('validation.jsonl')
  const written = new WrittenLines()

  /** Yields a line in parts, since it may be larger than memory. */
  const lineOf = function* ({ id, row, entries }: ExportedConversation): Generator<string> {
    if (stringIn(row.fields.get('type')) === 'hansard.unreadable')
      throw excluded('unreadable', stringIn(row.fields.get('reason')))
    const { system, tools } = systemAndTools(row, context.archive.dependencies, { ...content, withSystem })
    const validator = new ChatLineValidator()
    const sha256 = createHash('sha256')
    let separator = '{"messages":['
    for (const message of withFirst(system, chatMessages(entries(), content))) {
      validator.add(message)
      updateHash(sha256, message)
      yield separator
      yield message
      separator = ','
    }
    validator.end(tools)
    written.add(id, sha256.digest(), tools)
    yield tools.length === 0 ? ']}\n' : `],"tools":[${tools.join(',')}]}\n`
  }
  return {
    async write(conversation) {
      const file = shareOf(conversation.id, seed) < (split ?? 1) ? train : validation
      for (const part of allOrNothing(
        () => lineOf(conversation),
        ({ length }) => length,
      ))
        await file.write(jsonLine(part))
    },
    async end() {
      written.close()
      for (const file of new Set([train, validation])) await file.close()
    },
  }
}

/** Returns the form of the file: parts if any selected message needs them. All are read, before the first line is written. */
function chooseContentForm(
  conversations: Iterable<ExportedConversation>,
  drop: ReadonlySet<Droppable>,
): ContentForm {
  for (const { entries } of conversations)
    for (const entry of entries())
      if (entry.stored.includes('"content":[') && needsParts(entryView(entry.text), drop)) return 'parts'
  return 'text'
}

/**
 * Returns a number from 0 to 1 for a conversation. It depends only on the id and the seed, so a conversation stays in its
 * file when the archive grows or another selection is exported.
 */
function shareOf(id: string, seed: number): number {
  return hash('sha256', `${seed}:${id}`, 'buffer').readUIntBE(0, 6) / 2 ** 48
}

function* withFirst(first: string | undefined, rest: Iterable<string>): Generator<string> {
  if (first !== undefined) yield first
  yield* rest
}

/** Hashes in slices, since Node reserves three bytes for each character, and as code units, which a slice cannot split. */
function updateHash(sha256: Hash, text: string): void {
  for (let at = 0; at < text.length; at += SLICE) sha256.update(text.slice(at, at + SLICE), 'utf16le')
}
