import { hash } from 'node:crypto'

import type { ConversationsClient } from '../../api/client.ts'
import type { Archive } from '../../archive/archive.ts'
import type { KnownConversation } from '../../archive/content/conversations.ts'
import type { SeenRows } from '../../archive/content/seen-rows.ts'
import { isContentStored, isDue, type OpenFailure } from '../../archive/journal/failures.ts'
import { HansardError, isHansardError } from '../../errors.ts'
import { rowFacts } from '../../model/conversation-row.ts'
import { member } from '../../model/json/json-text.ts'
import { redactSecrets } from '../../model/secrets/redact-json.ts'
import { isSettled } from '../../model/settling.ts'
import { candidateById, type Candidate } from '../fetch/candidate.ts'
import { parsePage } from '../fetch/parse-response.ts'
import type { FetchWindow } from './listing-window.ts'
import type { PageSize } from './page-size.ts'
import { listRows, type ListedRow, type ListingResult } from './proven-listing.ts'
import { readInPieces } from './split-page.ts'

/** Options of the listing. */
export interface CandidateOptions {
  readonly pageSize: PageSize
  /** Fetch every conversation, changed or not. */
  readonly full: boolean
  readonly signal: AbortSignal
}

/** Returns the conversations that failed before and are due for a retry. */
export function retryCandidates(archive: Archive, full: boolean): Candidate[] {
  return archive.failures
    .open()
    .filter((failure) => failure.step !== 'row' && (full || isDue(failure, new Date())))
    .map((failure) => candidateById(archive, failure.conversation, failure))
}

const endedEarly: ListingResult = {
  complete: false,
  reason: 'the listing ended although it says that more rows follow',
}

const rowTooLarge: ListingResult = { complete: false, reason: 'a row of the listing is too large to be read' }

interface Row extends ListedRow {
  readonly text: string
  readonly updatedAt: string | undefined
  readonly hasMetadata: boolean
  readonly isUsable: boolean
  readonly problem?: unknown
}

/** Lists the account, yields each conversation with what to do about it, and returns whether the listing is complete. */
export async function* listCandidates(
  client: ConversationsClient,
  archive: Archive,
  seen: SeenRows,
  { pageSize, full, signal }: CandidateOptions,
): AsyncGenerator<Candidate, ListingResult, undefined> {
  const failures = new Map(archive.failures.open().map((failure) => [failure.conversation, failure]))
  const isForgotten = archive.forgotten.filter()
  let saysMore = false
  let isInPieces = false
  const ask: FetchWindow<Row> = async ({ page, size }) => {
    const reply = await client.list({ page, pageSize: size }, { signal }).catch(rethrowWithPageSizeHint)
    const parsed = parsePage(reply)
    saysMore = parsed.saysMore
    return parsed.texts.map((text, i) => parseRow(text, parsed.rows[i]))
  }
  const fetchWindow: FetchWindow<Row> = async (window) => {
    try {
      return await ask(window)
    } catch (thrown) {
      if (!isHansardError(thrown, 'too-large')) throw thrown
      const rows = await readInPieces(ask, placeholderRow, window, thrown)
      isInPieces = true
      return rows
    }
  }
  const listing = readAhead(listRows(fetchWindow, seen, { pageSize }))
  for (;;) {
    const batch = await listing()
    if (batch.done === true) {
      if (!batch.value.complete) return batch.value
      return saysMore ? endedEarly : isInPieces ? rowTooLarge : batch.value
    }
    for (const row of batch.value) {
      const known = archive.conversations.known(row.key)
      const failure = failures.get(row.key)
      yield {
        id: row.key,
        row: row.text,
        rowRead: rowReadOf(row, known, archive),
        status: isForgotten(row.key) ? 'forgotten' : statusOf(row, known, failure, full),
        isKnown: known !== undefined,
        failure,
        problem: row.problem,
      }
    }
  }
}

/** The page size is the only part of the request that a user can change, so the hint names it. */
function rethrowWithPageSizeHint(thrown: unknown): never {
  if (!isHansardError(thrown, 'request-refused')) throw thrown
  const { code, message, status } = thrown
  const hint = 'Run `hansard backup` with another --page-size. If that does not help, please report it.'
  throw new HansardError(code, message, { hint, status, cause: thrown })
}

function statusOf(
  row: Row,
  known: KnownConversation | undefined,
  failure: OpenFailure | undefined,
  full: boolean,
): Candidate['status'] {
  const isAccepted = failure !== undefined && failure.acknowledgedAt !== null
  if (!row.isUsable) return isAccepted ? 'accepted' : 'unusable'
  if (full || known === undefined || mayHaveChanged(row, known)) {
    const isParked =
      !full && failure !== undefined && !isContentStored(failure) && !isDue(failure, new Date())
    if (!isParked) return 'fetch'
  } else if (failure === undefined) return 'unchanged'
  else if (isDue(failure, new Date())) return 'fetch'
  return isAccepted ? 'accepted' : 'parked'
}

const unusable = { createdAt: undefined, updatedAt: undefined, hasMetadata: false, isUsable: false } as const

function placeholderRow(key: string, problem: unknown): Row {
  return { ...unusable, key, text: '', problem }
}

/** Parses a row. A row that cannot be parsed becomes an unusable one and does not end the listing. */
function parseRow(raw: string, json: unknown): Row {
  try {
    const text = redactSecrets(raw)
    const facts = rowFacts(json)
    return facts === undefined
      ? { ...unusable, key: keyFromText(text), text }
      : { key: facts.id, text, isUsable: true, ...facts }
  } catch (problem) {
    return placeholderRow(keyFromText(raw), problem)
  }
}

function keyFromText(text: string): string {
  return `row-${hash('sha256', text).slice(0, 16)}`
}

function mayHaveChanged(row: Row, known: KnownConversation): boolean {
  // Without a time of its last change, the conversation may have changed.
  if (Number.isNaN(Date.parse(row.updatedAt ?? ''))) return true
  if (known.goneAt !== null || row.updatedAt !== (known.updatedAt ?? undefined)) return true
  return !isSettled(known.fetchedAt, row.updatedAt)
}

function rowReadOf(row: Row, known: KnownConversation | undefined, archive: Archive): Candidate['rowRead'] {
  if (row.hasMetadata) return 'useless'
  if (known === undefined) return 'useful'
  return hasMetadata(archive.conversations.read(row.key)?.row ?? '') ? 'needed' : 'useless'
}

function hasMetadata(row: string): boolean {
  try {
    return member(row, 'metadata') !== undefined
  } catch {
    return true // the archived row is damaged: better fetch the row than miss its metadata
  }
}

/** Requests the next batch while the caller works on the last one. */
function readAhead<T, R>(source: AsyncGenerator<T, R, undefined>): () => Promise<IteratorResult<T, R>> {
  let next: Promise<IteratorResult<T, R>> | undefined
  return async () => {
    const result = await (next ?? source.next())
    if (result.done === true) return result
    next = source.next()
    next.catch(() => undefined) // the next call throws it
    return result
  }
}
