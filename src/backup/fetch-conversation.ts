import type { BodyHold } from '../api/body-budget.ts'
import type { ConversationsClient } from '../api/client.ts'
import type { JsonReply } from '../api/read-answer.ts'
import type { EntryList, FetchedConversation } from '../archive/revisions.ts'
import { HansardError } from '../errors.ts'
import { rowFacts } from '../model/conversation.ts'
import { typeName } from '../model/entries/fields.ts'
import { compact, member } from '../model/json-text.ts'
import { sameContent } from '../model/same-content.ts'
import { redactBody, redactSecrets } from '../model/secrets.ts'
import type { Candidate } from './candidates.ts'
import { splitList } from './split.ts'

/** How to fetch. */
export interface FetchOptions {
  /** Read the messages too, and compare them with the history. */
  readonly messages: boolean
  readonly signal: AbortSignal
  /** Told the step that begins, so that a failure can be named by it. */
  readonly onStep: (step: 'get' | 'history' | 'messages') => void
}

/** A fetched conversation, and whether its messages told another story than its history, twice. */
export interface Fetched extends FetchedConversation {
  readonly messagesDiffer: boolean
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
  const row = candidate.needsRow ? rowOf(await client.get(id, call), id) : candidate.row

  const readOnce = async () => {
    onStep('history')
    const reply = await client.getHistory(id, call)
    const history = splitList(reply, 'entries', id)
    const found = { history, at: reply.servedAt }
    if (!messages) return { ...found, messages: 'unread' as const, agreement: 'unread' as const }
    onStep('messages')
    const list = splitList(await client.getMessages(id, call), 'messages', id)
    return { ...found, messages: list, agreement: agreementOf(messagesOf(history), list.entries) }
  }
  const first = await readOnce()
  const read = first.agreement === 'different' ? await readOnce() : first

  return {
    id,
    row,
    history: read.history,
    messages: read.agreement === 'same' ? undefined : read.messages,
    messagesDiffer: read.agreement === 'different',
    fetchedAt: (first.at ?? began).toISOString(),
  }
}

function rowOf({ text, json }: JsonReply, id: string): string {
  if (rowFacts(json)?.id === id) return redactSecrets(compact(text))
  throw new HansardError(
    'unexpected-shape',
    'The API answered for another conversation than the one asked for',
    {
      body: redactBody(text),
    },
  )
}

/** Messages should be the history without tools, calls and handoffs: word for word, or at least in content. */
function agreementOf(
  expected: readonly string[],
  found: readonly string[],
): 'same' | 'reworded' | 'different' {
  if (expected.length !== found.length) return 'different'
  if (expected.every((text, i) => text === found[i])) return 'same'
  return expected.every((text, i) => sameContent(text, found[i] ?? '')) ? 'reworded' : 'different'
}

/** The texts of those entries that are messages; an entry without a type can only be one. */
function messagesOf({ entries }: EntryList): string[] {
  return entries.filter((entry) =>
    (typeName(member(entry, 'type')?.value) ?? 'message.').startsWith('message.'),
  )
}
