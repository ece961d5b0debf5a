import type { BodyHold } from '../../api/body-budget.ts'
import type { ConversationsClient } from '../../api/client.ts'
import type { EntryList, FetchedConversation } from '../../archive/content/revisions.ts'
import { isHansardError } from '../../errors.ts'
import { typeName } from '../../model/entries/fields.ts'
import { sameContent } from '../../model/entries/same-content.ts'
import { member } from '../../model/json/json-text.ts'
import type { Candidate } from './candidate.ts'
import { isFatal } from './fatal-errors.ts'
import { parseEntryList } from './parse-response.ts'
import { readPart, readRow } from './read-conversation.ts'

/** How to fetch. */
export interface FetchOptions {
  /** Read the messages too, and compare them with the history. */
  readonly messages: boolean
  readonly signal: AbortSignal
  /** Told the step that begins, so that a failure can be named by it. */
  readonly onStep: (step: 'get' | 'history' | 'messages') => void
}

/** A fetched conversation, and how its messages relate to its history. */
export interface Fetched extends FetchedConversation {
  /** The messages were not those of the history, twice. */
  readonly messagesDiffer: boolean
  /** Why the messages could not be read or compared, where the history could. */
  readonly messagesFailure: unknown
}

/** Fetches all that the API has of one conversation; its bodies count as in flight until `hold` is released. */
export async function fetchConversation(
  client: ConversationsClient,
  candidate: Candidate,
  hold: BodyHold,
  { messages, signal, onStep }: FetchOptions,
): Promise<Fetched> {
  const { id } = candidate
  const call = { signal, hold }
  const began = new Date()

  // The row first: should the conversation grow while its history is read, its newer `updated_at` is not yet known here,
  // and the next run fetches it again.
  if (candidate.needsRow) onStep('get')
  const row = candidate.needsRow ? await readRow(client, id, call) : candidate.row

  const readOnce = async (): Promise<ReadResult> => {
    onStep('history')
    const reply = await readPart(client, id, 'history', () => client.getHistory(id, call), { signal })
    const history = parseEntryList(reply, 'entries', id)
    const found = { history, at: reply.servedAt }
    if (!messages) return { ...found, ...unread }
    onStep('messages')
    try {
      const answer = await readPart(client, id, 'messages', () => client.getMessages(id, call), { signal })
      const list = parseEntryList(answer, 'messages', id)
      return { ...found, messages: list, agreement: compareMessages(filterMessages(history), list.entries) }
    } catch (thrown) {
      if (isFatal(thrown) || signal.aborted) throw thrown
      // Deleted between the two reads: what was read is whole, and the next run finds that it is gone.
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
    messagesDiffer: read.agreement === 'different',
    messagesFailure: read.messagesFailure,
    fetchedAt: earlierOf(first.at, began).toISOString(),
  }
}

interface ReadResult {
  readonly history: EntryList
  /** The service's own time. */
  readonly at: Date | undefined
  readonly messages: EntryList | 'unread'
  readonly agreement: 'same' | 'reworded' | 'different' | 'unread'
  readonly messagesFailure?: unknown
}

const unread = { messages: 'unread', agreement: 'unread' } as const

/**
 * Either clock may be wrong. Too early a time costs one more read of the conversation; with too late a time an answer
 * that was still being written would count as whole, and its end would never be read.
 */
function earlierOf(served: Date | undefined, own: Date): Date {
  return served !== undefined && served < own ? served : own
}

/** Messages should be the history without tools, calls and handoffs: word for word, or at least in content. */
function compareMessages(
  expected: readonly string[],
  found: readonly string[],
): 'same' | 'reworded' | 'different' {
  if (expected.length !== found.length) return 'different'
  if (expected.every((text, i) => text === found[i])) return 'same'
  return expected.every((text, i) => sameContent(text, found[i] ?? '')) ? 'reworded' : 'different'
}

/** The texts of those entries that are messages; an entry without a type can only be one. */
function filterMessages({ entries }: EntryList): string[] {
  return entries.filter((entry) =>
    (typeName(member(entry, 'type')?.value) ?? 'message.').startsWith('message.'),
  )
}
