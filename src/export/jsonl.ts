import type { ExportedConversation, Format, OutputFile, Writer } from './format.ts'
import { gzipped } from './gzip.ts'

type JsonlOptions = {
  readonly per?: 'conversation' | 'entry'
  readonly gzip?: boolean
}

/** A line a conversation, or a line an entry: the texts as they came, joined and never encoded again. */
export const jsonl: Format<JsonlOptions> = {
  summary: 'JSON lines, the texts as the API sent them',
  options: [
    {
      flags: '--per <what>',
      about: 'what a line holds',
      choices: ['conversation', 'entry'],
      default: 'conversation',
    },
    { flags: '--gzip', about: 'compress it' },
  ],
  shape: () => 'file',
  canStream: () => true,
  async open({ files }, { per = 'conversation', gzip = false }) {
    const plain = await files.create('conversations.jsonl')
    const file = gzip ? gzipped(plain) : plain
    return { begin: async () => undefined, write: writers[per](file), end: () => file.close() }
  },
}

const writers: Readonly<Record<'conversation' | 'entry', (file: OutputFile) => Writer['write']>> = {
  conversation: (file) => async (conversation) => {
    for (const part of lineOfConversation(texts(conversation))) {
      const isSlow = file.write(part)
      if (isSlow !== undefined) await isSlow
    }
  },
  entry: (file) => async (conversation) => {
    const head = `{"conversation_id":${JSON.stringify(conversation.id)},"position":`
    let position = 0
    for (const { text } of conversation.entries()) {
      await file.write(`${head}${position++},"entry":${text}}\n`)
    }
  },
}

/** A conversation as one line of JSONL, in pieces. */
export function* lineOfConversation({
  row,
  entries,
}: {
  readonly row: string
  readonly entries: () => Iterable<string>
}): Generator<string, void, undefined> {
  yield `{"conversation":${row},"entries":[`
  let separator = ''
  for (const entry of entries()) {
    yield separator + entry
    separator = ','
  }
  yield ']}\n'
}

function texts({ row, entries }: ExportedConversation): Parameters<typeof lineOfConversation>[0] {
  return {
    row: row.text,
    *entries() {
      for (const { text } of entries()) yield text
    },
  }
}
