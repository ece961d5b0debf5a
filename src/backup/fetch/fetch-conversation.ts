import type { BodyHold } from '../../api/body-budget.ts'
import type { ConversationsClient } from '../../api/client.ts'
import type { EntryList, FetchedConversation } from '../../archive/content/revisions.ts'
import { isHansardError } from '../../errors.ts'
import { sameContent } from '../../model/entries/same-content.ts'
import { members } from '../../model/json/json-text.ts'
import type { Candidate } from './candidate.ts'
import { isFatal } from './fatal-errors.ts'
import { parseEntryList, type ParsedList } from './parse-response.ts'
import { readPart, readRow } from './read-conversation.ts'

/** Options of a fetch. */
export interface FetchOptions {
  /** Read the row with `get`. */
  readonly getsRow: boolean
  /** Read the messages too, and compare them with the history. */
  readonly messages: boolean
  readonly signal: AbortSignal
  /** Called when a step begins, so that a failure can be recorded with its step. */
  readonly onStep?: (step: 'get' | 'history' | 'messages') => void
}

/** A fetched conversation, and how its messages relate to its history. */
export interface Fetched extends FetchedConversation {
  readonly history: ParsedList
  /** `get` returned members that the listed row lacks; undefined if both were not read. */
  readonly hasMoreInRow: boolean | undefined
  /** The messages were read, and compared with the history. */
  readonly isCompared: boolean
  /** The messages differed from those of the history, in two attempts. */
  readonly messagesDiffer: boolean
  /** The error from reading or comparing the messages, when the history could be read. */
  readonly messagesFailure: unknown
}

/** Fetches row, history and messages of a conversation. The bodies count as in memory until `hold` is released. */
export async function fetchConversation(
  client: ConversationsClient,
  candidate: Candidate,
  hold: BodyHold,
  { getsRow, messages, signal, onStep }: FetchOptions,
): Promise<Fetched> {
  const { id } = candidate
  const call = { signal, hold }
  const began = new Date()

  // The row first: if the conversation grows while its history is read, the row still has the older `updated_at`, and the
  // next run fetches the conversation again.
  if (getsRow) onStep?.('get')
  const row = getsRow ? await readRow(client, id, call) : candidate.row

  const readOnce = async (): Promise<ReadResult> => {
    onStep?.('history')
    const reply = await readPart(client, id, 'getHistory', call)
    const history = parseEntryList(reply, 'entries', id)
    const found = { history, at: reply.servedAt }
    if (!messages) return { ...found, ...unread }
    onStep?.('messages')
    try {
      const answer = await readPart(client, id, 'getMessages', call)
      const list = parseEntryList(answer, 'messages', id)
      return { messages: list, agreement: compareMessages(filterMessages(history), list.entries), ...found }
    } catch (thrown) {
      if (isFatal(thrown) || signal.aborted) throw thrown
      // Deleted between the two reads. The history is complete, and the next run finds that the conversation is gone.
      if (isHansardError(thrown, 'not-found')) return { ...found, ...unread }
      return { ...found, ...unread, messagesFailure: thrown }
    }
  }
  const first = await readOnce()
  const read = first.agreement === 'different' ? await readOnce() : first

  return {
    id,
    row,
    history: read.history,
    messages: read.agreement === 'same' ? undefined : read.messages,
    hasMoreInRow: getsRow && candidate.row !== '' ? hasMore(row, candidate.row) : undefined,
    isCompared: read.agreement !== 'unread',
    messagesDiffer: read.agreement === 'different',
    messagesFailure: read.messagesFailure,
    fetchedAt: earlierOf(first.at, began).toISOString(),
  }
}

interface ReadResult {
  readonly history: ParsedList
  /** The time of the server. */
  readonly at: Date | undefined
  readonly messages: EntryList | 'unread'
  readonly agreement: 'same' | 'reworded' | 'different' | 'unread'
  readonly messagesFailure?: unknown
}

const unread = { messages: 'unread', agreement: 'unread' } as const

/**
 * Either clock may be wrong. A time that is too early costs one more read of the conversation. With one that is too late,
 * a reply that was still being generated would count as finished, and its end would never be read.
 */
function earlierOf(served: Date | undefined, own: Date): Date {
  return served !== undefined && served < own ? served : own
}

/** Returns whether a row has members other than null that the listed one lacks. */
function hasMore(row: string, listed: string): boolean {
  const keys = new Set(members(listed).map(({ key }) => key))
  return members(row).some(({ key, value }) => value !== 'null' && !keys.has(key))
}

/** Compares the messages with those of the history: the same text, the same content (`reworded`), or different. */
function compareMessages(
  expected: readonly string[],
  found: readonly string[],
): 'same' | 'reworded' | 'different' {
  if (expected.length !== found.length) return 'different'
  if (expected.every((text, i) => text === found[i])) return 'same'
  return expected.every((text, i) => sameContent(text, found[i] ?? '')) ? 'reworded' : 'different'
}

/** Returns the texts of the entries that are messages. */
function filterMessages({ entries, values }: ParsedList): string[] {
  return entries.filter((_, i) => isMessage(values[i]))
}

/** An entry without a type is a message. */
function isMessage(entry: unknown): boolean {
  const { type } = entry as { readonly type?: unknown }
  return type === undefined || type === null || (typeof type === 'string' && type.startsWith('message.'))
}
