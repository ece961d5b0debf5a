import { stringMember } from '../../model/entries/fields.ts'
import { replaceAt, withMember } from '../../model/json/json-text.ts'
import { formatTimestamp, parseTimestamp, type IdGenerator } from '../id-generator.ts'
import type { StoryConversation } from './story.ts'

type Mutable<Type> = { -readonly [Field in keyof Type]: Type[Field] }

/** A conversation of an account: its story, whose messages are found when first asked for, and its state. */
export interface Conversation extends Mutable<StoryConversation> {
  readonly id: string
  /** Time of creation in microseconds: the sort key of listings. */
  readonly created: number
  /** When the account received it, in milliseconds: the listing can be delayed from then on. */
  readonly bornAt: number
  /** It responds with 409 until then, in milliseconds. */
  busyUntil: number
  /** Earlier rows, each with the time it was replaced: a stale replica still shows them. */
  readonly pastRows: { readonly row: string; readonly until: number }[]
}

/** Creates a conversation from a story. */
export function createConversation(story: StoryConversation, bornAt: number): Conversation {
  const id = stringMember(story.row, 'id') ?? ''
  const created = parseTimestamp(stringMember(story.row, 'created_at'))
  return { ...story, id, created, bornAt, busyUntil: 0, pastRows: [] }
}

/** Returns the messages of a conversation; the first call finds them. */
export function readMessages(conversation: Conversation): readonly string[] {
  conversation.messages ??= conversation.entries.filter((entry) =>
    stringMember(entry, 'type')?.startsWith('message.'),
  )
  return conversation.messages
}

/** Appends entries and updates `updated_at`. */
export function appendEntries(conversation: Conversation, entries: readonly string[], updated: number): void {
  replaceContent(conversation, [...conversation.entries, ...entries], updated)
}

/** Replaces all entries and updates `updated_at`. */
export function replaceContent(
  conversation: Conversation,
  entries: readonly string[],
  updated: number,
): void {
  conversation.entries = entries
  delete conversation.messages
  conversation.pastRows.push({ row: conversation.row, until: Math.floor(updated / 1000) })
  conversation.row = replaceAt(conversation.row, ['updated_at'], () => `"${formatTimestamp(updated)}"`)
}

/** Copies the row of a conversation that is continued under a new id, with new times. */
export function copyRow({ row }: Conversation, ids: IdGenerator): string {
  return withTimes(withMember(row, 'id', `"${ids.create('conv')}"`), ids.now())
}

/** Sets the times of a row: `updated_at` is a microsecond after `created_at`. */
export function withTimes(row: string, created: number): string {
  const started = withMember(row, 'created_at', `"${formatTimestamp(created)}"`)
  return withMember(started, 'updated_at', `"${formatTimestamp(created + 1)}"`)
}
