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
  conversationField('name', 'text', 'its name'),
  conversationField('description', 'text', 'its description'),
  conversationField('model', 'text', 'the model, or nothing where an agent speaks'),
  conversationField('agent_id', 'text', 'the agent'),
  conversationField('agent_version', 'text', 'its version'),
  conversationField('created_at', 'time', 'when it was created'),
  conversationField('updated_at', 'time', 'when it last changed'),
  { name: 'entries', kind: 'integer', about: 'how many entries it has', of: ({ length }) => length },
  { name: 'gone_at', kind: 'time', about: 'when it was found gone', of: ({ goneAt }) => goneAt },
  { name: 'fetched_at', kind: 'time', about: 'when it was last fetched', of: ({ fetchedAt }) => fetchedAt },
  conversationField('instructions', 'text', 'its instructions'),
  conversationField('metadata', 'json', 'its metadata'),
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
  entryField('id', 'text', 'its id'),
  entryField('type', 'text', 'message.input, function.call, …'),
  entryField('role', 'text', 'user or assistant, of messages'),
  entryField('model', 'text', 'the model that wrote it'),
  entryField('agent_id', 'text', 'the agent that wrote it'),
  entryField('name', 'text', 'the tool or function'),
  entryField('tool_call_id', 'text', 'what ties a result to its call'),
  entryField('created_at', 'time', 'when it was created'),
  entryField('completed_at', 'time', 'when it was completed'),
  {
    name: 'text',
    kind: 'text',
    about: 'what it says, to read: message, arguments, code and output, …',
    of: ({ text, fields }) => plainText(text, fields),
  },
  { name: 'json', kind: 'json', about: 'the entry as the API sent it', of: ({ text }) => text },
]

/** The entries of a conversation as rows. */
export function* entryRows(conversation: ExportedConversation): Generator<EntryRow, void, undefined> {
  let position = 0
  for (const { text, fields } of conversation.entries())
    yield { conversation: conversation.id, position: position++, text, fields }
}

/** Columns as a list for people. */
export function describeColumns(columns: readonly Column<never>[]): string {
  return columns.map(({ name, about }) => `  ${name.padEnd(16)} ${about}`).join('\n')
}

function conversationField(name: string, kind: Kind, about: string): Column<ExportedConversation> {
  const of = kind === 'json' ? fieldJson : fieldText
  return { name, kind, about, of: ({ row }) => of(row.fields, name) }
}

/** A member as JSON, of a string too; null where there is nothing. */
function fieldJson(fields: Fields, name: string): string | null {
  const json = fields.get(name)
  return json === undefined || json === 'null' ? null : json
}

function entryField(name: string, kind: Kind, about: string): Column<EntryRow> {
  return { name, kind, about, of: ({ fields }) => fieldText(fields, name) }
}

/** A string by its letters, anything else by its JSON as it came; null where there is nothing. */
function fieldText(fields: Fields, key: string): string | null {
  const json = fields.get(key)
  return json === undefined || json === 'null' ? null : (stringIn(json) ?? json)
}
