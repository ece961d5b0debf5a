import { stringIn, type Fields } from '../../model/entries/fields.ts'
import { plainText } from '../../model/entries/plain-text.ts'
import type { ExportedConversation } from '../format.ts'
import type { JsonValue } from '../json-value.ts'

/** What a column holds: `time` is a moment as somebody wrote it, `json` is JSON as it came. */
export type Kind = 'text' | 'integer' | 'time' | 'json'

/** A column of a table: its name is for ever, as others build on it. */
export interface Column<Row> {
  readonly name: string
  readonly kind: Kind
  readonly about: string
  readonly of: (row: Row) => string | number | null
}

/** An entry as a row of a table. */
export interface EntryRow extends Pick<JsonValue, 'text' | 'fields'> {
  readonly conversation: string
  readonly position: number
}

/** The tables that csv and parquet write: the words are those of the archive's views. */
export const conversationColumns: readonly Column<ExportedConversation>[] = [
  { name: 'id', kind: 'text', about: 'its id', of: ({ id }) => id },
  fact('name', 'text', 'its name'),
  fact('description', 'text', 'its description'),
  fact('model', 'text', 'the model, or nothing where an agent speaks'),
  fact('agent_id', 'text', 'the agent'),
  fact('agent_version', 'text', 'its version'),
  fact('created_at', 'time', 'when it was created'),
  fact('updated_at', 'time', 'when it last changed'),
  { name: 'entries', kind: 'integer', about: 'how many entries it has', of: ({ length }) => length },
  { name: 'gone_at', kind: 'time', about: 'when it was found gone', of: ({ goneAt }) => goneAt },
  { name: 'fetched_at', kind: 'time', about: 'when it was last fetched', of: ({ fetchedAt }) => fetchedAt },
  fact('instructions', 'text', 'its instructions'),
  fact('metadata', 'json', 'its metadata'),
  { name: 'json', kind: 'json', about: 'its row as the API sent it', of: ({ row }) => row.text },
]

export const entryColumns: readonly Column<EntryRow>[] = [
  {
    name: 'conversation_id',
    kind: 'text',
    about: 'its conversation',
    of: ({ conversation }) => conversation,
  },
  { name: 'position', kind: 'integer', about: 'its place there, from 0', of: ({ position }) => position },
  factOfEntry('id', 'text', 'its id'),
  factOfEntry('type', 'text', 'message.input, function.call, …'),
  factOfEntry('role', 'text', 'user or assistant, of messages'),
  factOfEntry('model', 'text', 'the model that wrote it'),
  factOfEntry('agent_id', 'text', 'the agent that wrote it'),
  factOfEntry('name', 'text', 'the tool or function'),
  factOfEntry('tool_call_id', 'text', 'what ties a result to its call'),
  factOfEntry('created_at', 'time', 'when it was created'),
  factOfEntry('completed_at', 'time', 'when it was completed'),
  {
    name: 'text',
    kind: 'text',
    about: 'what it says, to read: message, arguments, code and output, …',
    of: ({ text, fields }) => plainText(text, fields),
  },
  { name: 'json', kind: 'json', about: 'the entry as the API sent it', of: ({ text }) => text },
]

/** The entries of a conversation as rows. */
export function* rowsOf(conversation: ExportedConversation): Generator<EntryRow, void, undefined> {
  let position = 0
  for (const { text, fields } of conversation.entries())
    yield { conversation: conversation.id, position: position++, text, fields }
}

/** Columns as a list for people. */
export function describeColumns(columns: readonly Column<never>[]): string {
  return columns.map(({ name, about }) => `  ${name.padEnd(16)} ${about}`).join('\n')
}

function fact(name: string, kind: Kind, about: string): Column<ExportedConversation> {
  const of = kind === 'json' ? jsonIn : factIn
  return { name, kind, about, of: ({ row }) => of(row.fields, name) }
}

/** A member as JSON, of a string too; null where there is nothing. */
function jsonIn(fields: Fields, name: string): string | null {
  const json = fields.get(name)
  return json === undefined || json === 'null' ? null : json
}

function factOfEntry(name: string, kind: Kind, about: string): Column<EntryRow> {
  return { name, kind, about, of: ({ fields }) => factIn(fields, name) }
}

/** A string by its letters, anything else by its JSON as it came; null where there is nothing. */
function factIn(fields: Fields, key: string): string | null {
  const json = fields.get(key)
  return json === undefined || json === 'null' ? null : (stringIn(json) ?? json)
}
