import { stringMember } from '../../model/entries/fields.ts'
import { replaceAt } from '../../model/json/json-text.ts'
import { parseTimestamp, formatTimestamp } from '../id-generator.ts'
import type { StoryConversation } from './story.ts'

/** A conversation of an account: its texts, and what the sandbox needs to know about it. */
export interface Conversation {
  readonly id: string
  /** Time of creation in microseconds: the sort key of listings. */
  readonly created: number
  /** When the account received it, in milliseconds: the listing can be delayed from then on. */
  readonly bornAt: number
  readonly playground: boolean
  row: string
  entries: readonly string[]
  /** The messages; undefined until they are first asked for. */
  messages: readonly string[] | undefined
  /** It responds with 409 until then, in milliseconds. */
  busyUntil: number
  /** Earlier rows, each with the time it was replaced: a stale replica still shows them. */
  pastRows: { readonly row: string; readonly until: number }[]
}

/** Creates a conversation from a story. */
export function createConversation(story: StoryConversation, bornAt: number): Conversation {
  return {
    id: stringMember(story.row, 'id') ?? '',
    created: parseTimestamp(stringMember(story.row, 'created_at')),
    bornAt,
    playground: story.playground ?? false,
    row: story.row,
    entries: story.entries,
    messages: story.messages,
    busyUntil: 0,
    pastRows: [],
  }
}

/** Returns the messages of a conversation; the first call finds them. */
export function readMessages(conversation: Conversation): readonly string[] {
  conversation.messages ??= conversation.entries.filter(isMessage)
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
  conversation.messages = undefined
  conversation.pastRows.push({ row: conversation.row, until: Math.floor(updated / 1000) })
  conversation.row = replaceAt(conversation.row, ['updated_at'], () => `"${formatTimestamp(updated)}"`)
}

function isMessage(entry: string): boolean {
  return stringMember(entry, 'type')?.startsWith('message.') ?? false
}
