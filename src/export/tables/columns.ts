import { stringIn, type Fields } from '../../model/entries/fields.ts'
import { plainText } from '../../model/entries/plain-text.ts'
import type { ExportedConversation } from '../format.ts'
import type { JsonValue } from '../json-value.ts'

/** The type of a column: `time` is a time as the API sent it, `json` is JSON as the API sent it. */
export type Kind = 'text' | 'integer' | 'time' | 'json'

/** A column of a table. Never rename one: users build on the names. */
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

/** The tables of csv and parquet, with the column names of the archive's views. */
export const conversationColumns: readonly Column<ExportedConversation>[] = [
  column('id', 'text', 'id of the conversation', ({ id }) => id),
  conversationField('name', 'text', 'name'),
  conversationField('description', 'text', 'description'),
  conversationField('model', 'text', 'model; empty if the conversation has an agent'),
  conversationField('agent_id', 'text', 'id of the agent'),
  conversationField('agent_version', 'text', 'version of the agent'),
  conversationField('created_at', 'time', 'when it was created'),
  conversationField('updated_at', 'time', 'when it last changed'),
  column('entries', 'integer', 'number of entries', ({ length }) => length),
  column('gone_at', 'time', 'when it was found to be gone', ({ goneAt }) => goneAt),
  column('fetched_at', 'time', 'when it was last fetched', ({ fetchedAt }) => fetchedAt),
  conversationField('instructions', 'text', 'instructions'),
  conversationField('metadata', 'json', 'metadata'),
  column('json', 'json', 'the conversation as the API sent it', ({ row }) => row.text),
]

export const entryColumns: readonly Column<EntryRow>[] = [
  column('conversation_id', 'text', 'id of the conversation', ({ conversation }) => conversation),
  column('position', 'integer', 'position in the conversation, from 0', ({ position }) => position),
  entryField('id', 'text', 'id of the entry'),
  entryField('type', 'text', 'message.input, function.call, …'),
  entryField('role', 'text', 'user or assistant, of messages'),
  entryField('model', 'text', 'model that wrote the entry'),
  entryField('agent_id', 'text', 'id of the agent that wrote the entry'),
  entryField('name', 'text', 'tool or function'),
  entryField('tool_call_id', 'text', 'id that links a result to its call'),
  entryField('created_at', 'time', 'when it was created'),
  entryField('completed_at', 'time', 'when it was completed'),
  column(
    'text',
    'text',
    'content as plain text: message, arguments, code and output, …',
    ({ text, fields }) => plainText(text, fields),
  ),
  column('json', 'json', 'the entry as the API sent it', ({ text }) => text),
]

/** Yields the entries of a conversation as rows. */
export function* entryRows(conversation: ExportedConversation): Generator<EntryRow, void, undefined> {
  let position = 0
  for (const { text, fields } of conversation.entries())
    yield { conversation: conversation.id, position: position++, text, fields }
}

/** Returns the list of columns for the help. */
export function describeColumns(columns: readonly Column<never>[]): string {
  return columns.map(({ name, about }) => `  ${name.padEnd(16)} ${about}`).join('\n')
}

function column<Row>(name: string, kind: Kind, about: string, of: Column<Row>['of']): Column<Row> {
  return { name, kind, about, of }
}

function conversationField(name: string, kind: Kind, about: string): Column<ExportedConversation> {
  const of = kind === 'json' ? fieldJson : fieldText
  return column(name, kind, about, ({ row }) => of(row.fields, name))
}

/** Returns a member as JSON, also a string; null if there is none. */
function fieldJson(fields: Fields, name: string): string | null {
  const json = fields.get(name)
  return json === undefined || json === 'null' ? null : json
}

function entryField(name: string, kind: Kind, about: string): Column<EntryRow> {
  return column(name, kind, about, ({ fields }) => fieldText(fields, name))
}

/** Returns a string as text and any other value as its JSON; null if there is none. */
function fieldText(fields: Fields, key: string): string | null {
  const json = fields.get(key)
  return json === undefined || json === 'null' ? null : (stringIn(json) ?? json)
}
