import type { ConversationsClient } from '../../api/client.ts'
import { systemClock, type Clock } from '../../api/clock.ts'
import { rowFacts, type RowFacts } from '../../model/conversation-row.ts'
import { isObject, parseJson } from '../../model/json/parse-json.ts'
import { fetchConversation, type Fetched } from '../fetch/fetch-conversation.ts'
import { parsePage } from '../fetch/parse-response.ts'
import { MARK_KEY } from './probe-conversation.ts'

/** What the service makes of a conversation. Undefined: it could not be told. */
export interface Inspected {
  readonly order: 'newest-first' | 'last-changed-first' | 'oldest-first' | undefined
  /** Whether a row that `get` returns has members that the listed one lacks. */
  readonly getHasMore: boolean | undefined
  /** Whether metadata that were sent come back. */
  readonly metadataInGet: boolean
  readonly metadataInList: boolean | undefined
  readonly metadataFilter: 'works' | 'ignored' | 'finds-nothing'
  /** Whether the messages are those of the history. */
  readonly messagesAreHistory: boolean | undefined
}

/** The conversation, and how to read it. */
export interface InspectOptions {
  readonly id: string
  /** The value of its metadata. */
  readonly mark: string
  /** A page size that the service takes. */
  readonly size: number
  readonly signal: AbortSignal
  readonly clock?: Clock | undefined
}

interface ListedRow {
  readonly text: string
  readonly facts: RowFacts | undefined
}

/** How often, and how long, to look whether the conversation has appeared in a listing. */
const EVERY_MS = 500
const PATIENCE_MS = 15_000

/** Looks at a conversation from all sides. */
export async function inspectConversation(
  client: ConversationsClient,
  options: InspectOptions,
): Promise<Inspected> {
  const { id, mark } = options
  const page = await awaitListed(client, options)
  const listed = page.find(({ facts }) => facts?.id === id)
  const fetched = await fetchProbe(client, listed?.text ?? '', options)
  const filtered = await awaitListed(client, options, { [MARK_KEY]: mark })
  const none = await list(client, options, { [MARK_KEY]: `${mark}-none` })
  const isFound = filtered.some(({ facts }) => facts?.id === id)
  return {
    order: orderOf(page),
    getHasMore: fetched.hasMoreInRow,
    metadataInGet: hasMark(fetched.row, mark),
    metadataInList: listed === undefined ? undefined : hasMark(listed.text, mark),
    metadataFilter: none.length > 0 ? 'ignored' : isFound ? 'works' : 'finds-nothing',
    messagesAreHistory: fetched.isCompared ? !fetched.messagesDiffer : undefined,
  }
}

/** Lists until the conversation is there, or patience is at its end. */
async function awaitListed(
  client: ConversationsClient,
  options: InspectOptions,
  metadata?: Readonly<Record<string, string>>,
): Promise<readonly ListedRow[]> {
  const { id, signal, clock = systemClock } = options
  for (const end = clock.now() + PATIENCE_MS; ; await clock.sleep(EVERY_MS, signal)) {
    const rows = await list(client, options, metadata)
    if (rows.some(({ facts }) => facts?.id === id) || clock.now() >= end) return rows
    if (orderOf(rows) === 'oldest-first' && rows.length >= options.size) return rows // it is on the last page
  }
}

async function list(
  client: ConversationsClient,
  { size, signal }: InspectOptions,
  metadata?: Readonly<Record<string, string>>,
): Promise<readonly ListedRow[]> {
  const { rows, texts } = parsePage(await client.list({ page: 0, pageSize: size, metadata }, { signal }))
  return rows.map((row, i) => ({ text: texts[i] ?? '', facts: rowFacts(row) }))
}

async function fetchProbe(
  client: ConversationsClient,
  row: string,
  { id, signal }: InspectOptions,
): Promise<Fetched> {
  const candidate = {
    id,
    row,
    rowRead: 'needed',
    status: 'fetch',
    isKnown: false,
    failure: undefined,
  } as const
  const hold = client.holdBodies()
  try {
    return await fetchConversation(client, candidate, hold, { getsRow: true, messages: true, signal })
  } finally {
    hold.release()
  }
}

/** The order of a page, as far as its times show. */
function orderOf(page: readonly ListedRow[]): Inspected['order'] {
  const facts = page.flatMap(({ facts }) => facts ?? [])
  const created = facts.map(({ createdAt }) => Date.parse(createdAt ?? ''))
  const updated = facts.map(({ updatedAt }) => Date.parse(updatedAt ?? ''))
  if (facts.length < 2) return undefined
  if (isAscending(created.toReversed())) return 'newest-first'
  if (isAscending(updated.toReversed())) return 'last-changed-first'
  return isAscending(created) ? 'oldest-first' : undefined
}

function isAscending(times: readonly number[]): boolean {
  return times.every((time, i) => i === 0 || Number(times[i - 1]) <= time)
}

function hasMark(row: string, mark: string): boolean {
  const { metadata } = Object(parseJson(row)) as Readonly<Record<string, unknown>>
  return isObject(metadata) && metadata[MARK_KEY] === mark
}
