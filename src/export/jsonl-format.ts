import { allOrNothing } from './exclusion.ts'
import type { ExportedConversation, Format, Part } from './format.ts'
import type { JsonValue } from './json-value.ts'

type JsonlOptions = {
  readonly per?: 'conversation' | 'entry'
  /** `exportArchive` compresses, also if the path ends with `.gz`. */
  readonly gzip?: boolean
}

/** JSON lines, one for each conversation or entry. The texts are joined as the API sent them and never encoded again. */
export const jsonlFormat: Format<JsonlOptions> = {
  summary: 'JSON lines, the texts as the API sent them',
  options: [
    {
      name: 'per',
      flags: '--per <what>',
      about: 'what each line contains',
      choices: ['conversation', 'entry'],
      default: 'conversation',
    },
    { name: 'gzip', flags: '--gzip', about: 'compress, as for a path that ends with .gz' },
  ],
  notes: `A line ends with LF. Texts are not encoded again, so a line may contain U+2028, U+2029 or U+0085
as the API sent them. Read lines with readline or by iterating over the file in Python, not
with str.splitlines, which also splits at these characters.`,
  shape: () => 'file',
  canStream: () => true,
  async open({ files }, { per = 'conversation' }) {
    const file = await files.create('conversations.jsonl')
    return {
      begin: async () => undefined,
      async write(conversation) {
        for (const part of allOrNothing(() => lines[per](conversation), sizeOf)) {
          const isSlow = file.write(part)
          if (isSlow !== undefined) await isSlow
        }
      },
      end: () => file.close(),
    }
  },
}

const lines: Readonly<
  Record<'conversation' | 'entry', (conversation: ExportedConversation) => Iterable<Part>>
> = { conversation: lineOfConversation<JsonValue>, entry: linesOfEntries }

function sizeOf(part: Part): number {
  return typeof part === 'string' || part instanceof Uint8Array ? part.length : part.stored.length
}

function* linesOfEntries({ id, entries }: ExportedConversation): Generator<Part, void, undefined> {
  const head = `{"conversation_id":${JSON.stringify(id)},"position":`
  let position = 0
  for (const entry of entries()) {
    yield `${head}${position++},"entry":`
    yield entry
    yield '}\n'
  }
}

/** Yields a conversation as one line of JSONL, in pieces: its row and entries unchanged, and the JSON around them. */
export function* lineOfConversation<Text>({
  row,
  entries,
}: {
  readonly row: Text
  readonly entries: () => Iterable<Text>
}): Generator<Text | string, void, undefined> {
  yield '{"conversation":'
  yield row
  yield ',"entries":['
  let isFirst = true
  for (const entry of entries()) {
    if (!isFirst) yield ','
    yield entry
    isFirst = false
  }
  yield ']}\n'
}
