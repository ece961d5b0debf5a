import { stringMember } from '../../model/entries/fields.ts'
import { replaceAt } from '../../model/json/json-text.ts'
import { microsecondsOf, timestamp } from '../id-generator.ts'
import type { StoryConversation } from './story.ts'

/** A conversation of an account: its texts, and what the sandbox must know beside them. */
export interface Conversation {
  readonly id: string
  /** Creation in microseconds: the key that listings are sorted by. */
  readonly created: number
  /** When the account came to have it, in milliseconds; listings may be late with it. */
  readonly bornAt: number
  readonly playground: boolean
  row: string
  entries: readonly string[]
  /** The messages; undefined until somebody asks. */
  messages: readonly string[] | undefined
  /** Until when it answers 409, in milliseconds. */
  busyUntil: number
  /** Earlier rows, each with the moment it ended: what a stale replica would still show. */
  pastRows: { readonly row: string; readonly until: number }[]
}

/** Makes a conversation of a story's texts. */
export function conversationOf(story: StoryConversation, bornAt: number): Conversation {
  return {
    id: stringMember(story.row, 'id') ?? '',
    created: microsecondsOf(stringMember(story.row, 'created_at')),
    bornAt,
    playground: story.playground ?? false,
    row: story.row,
    entries: story.entries,
    messages: story.messages,
    busyUntil: 0,
    pastRows: [],
  }
}

/** The messages of a conversation, found once. */
export function messagesOf(conversation: Conversation): readonly string[] {
  conversation.messages ??= conversation.entries.filter(isMessage)
  return conversation.messages
}

/** Adds entries, and moves `updated_at`. */
export function extend(conversation: Conversation, entries: readonly string[], updated: number): void {
  replaceContent(conversation, [...conversation.entries, ...entries], updated)
}

/** Puts other entries in the place of all, and moves `updated_at`. */
export function replaceContent(
  conversation: Conversation,
  entries: readonly string[],
  updated: number,
): void {
  conversation.entries = entries
  conversation.messages = undefined
  conversation.pastRows.push({ row: conversation.row, until: Math.floor(updated / 1000) })
  conversation.row = replaceAt(conversation.row, ['updated_at'], () => `"${timestamp(updated)}"`)
}

function isMessage(entry: string): boolean {
  return stringMember(entry, 'type')?.startsWith('message.') ?? false
}
