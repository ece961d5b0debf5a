import { hash } from 'node:crypto'

import type { ConversationsClient } from '../api/client.ts'
import type { Archive } from '../archive/archive.ts'
import type { KnownConversation } from '../archive/conversations.ts'
import { rowFacts } from '../model/conversation.ts'
import { member } from '../model/json-text.ts'
import { redactSecrets } from '../model/secrets.ts'
import { listRows, type ListedRow, type Verdict } from './listing.ts'
import { splitPage } from './split.ts'
import type { Window } from './window.ts'

/** A conversation that the listing named, and what is to be done about it. */
export interface Candidate {
  readonly id: string
  /** The row as it came, secrets redacted. */
  readonly row: string
  /** The row lacks what only `get` may have. */
  readonly needsRow: boolean
  readonly verdict: 'fetch' | 'unchanged' | 'unusable'
  readonly isKnown: boolean
  /** An earlier run failed to fetch it. */
  readonly hasFailed: boolean
}

/** How to choose. */
export interface CandidateOptions {
  readonly pageSize: number
  /** Fetch all, changed or not. */
  readonly full: boolean
  readonly signal: AbortSignal
}

/**
 * An answer may go on for ten minutes without a word (the stream's limit), and `updated_at` does not move when it ends:
 * what was fetched sooner than this after its last change may lack the end, and is fetched again.
 */
const SETTLING_MS = 15 * 60_000

interface Row extends ListedRow {
  readonly text: string
  readonly updatedAt: string | undefined
  readonly hasMetadata: boolean
  readonly isUsable: boolean
}

/** Lists the account and says of every conversation whether it must be fetched; returns whether the list is complete. */
export async function* candidates(
  client: ConversationsClient,
  archive: Archive,
  { pageSize, full, signal }: CandidateOptions,
): AsyncGenerator<Candidate, Verdict, undefined> {
  const failed = new Set(archive.failures.open().map(({ conversation }) => conversation))
  const fetchWindow = async ({ page, size }: Window): Promise<Row[]> => {
    const reply = await client.list({ page, pageSize: size }, { signal })
    const rows = reply.json as unknown[]
    return splitPage(reply).map((text, i) => rowOf(redactSecrets(text), rows[i]))
  }
  const listing = readAhead(listRows(fetchWindow, archive.seenRows(), { pageSize }))
  for (;;) {
    const batch = await listing()
    if (batch.done === true) return batch.value
    for (const row of batch.value) {
      const known = archive.conversations.known(row.key)
      const mustFetch = full || failed.has(row.key) || known === undefined || mayHaveChanged(row, known)
      yield {
        id: row.key,
        row: row.text,
        needsRow: !row.hasMetadata && (known === undefined || hasMetadata(known)),
        verdict: !row.isUsable ? 'unusable' : mustFetch ? 'fetch' : 'unchanged',
        isKnown: known !== undefined,
        hasFailed: failed.has(row.key),
      }
    }
  }
}

function rowOf(text: string, json: unknown): Row {
  const facts = rowFacts(json)
  if (facts !== undefined) return { ...facts, key: facts.id, text, isUsable: true }
  const key = `row-${hash('sha256', text).slice(0, 16)}`
  return { key, text, createdAt: undefined, updatedAt: undefined, hasMetadata: false, isUsable: false }
}

function mayHaveChanged(row: Row, known: KnownConversation): boolean {
  // A row that does not say when it changed may have changed.
  if (Number.isNaN(Date.parse(row.updatedAt ?? ''))) return true
  if (known.goneAt !== null || row.updatedAt !== (known.updatedAt ?? undefined)) return true
  return Date.parse(known.fetchedAt) < Date.parse(row.updatedAt ?? '') + SETTLING_MS
}

function hasMetadata({ row }: KnownConversation): boolean {
  return member(row, 'metadata') !== undefined
}

/** Asks for the next batch while the last one is worked on. */
function readAhead<T, R>(source: AsyncGenerator<T, R, undefined>): () => Promise<IteratorResult<T, R>> {
  let next: Promise<IteratorResult<T, R>> | undefined
  return async () => {
    const result = await (next ?? source.next())
    if (result.done === true) return result
    next = source.next()
    next.catch(() => undefined) // told to whoever asks for it
    return result
  }
}
