import type { Copy } from '../../archive/ledger/replay-copies.ts'
import type { StoredRequest } from '../../archive/ledger/replay-requests.ts'
import type { Window } from '../../backup/listing/listing-window.ts'
import { listRows } from '../../backup/listing/proven-listing.ts'
import { isHansardError, messageOf, type HansardError } from '../../errors.ts'
import { rowFacts, type RowFacts } from '../../model/conversation-row.ts'
import { isContinuation, matchHistory } from './match-history.ts'
import { readStamp, STAMP_KEY } from '../../model/read-stamp.ts'
import type { RunContext } from './run-context.ts'
import { SKEW_MS } from './target-clock.ts'

/** A request whose response was lost. */
export interface LostRequest {
  readonly copy: Copy
  readonly request: StoredRequest
  /** For an append: the history that it continues. */
  readonly known: readonly string[] | undefined
}

/** Conversations at the target that the request may have made. */
export interface Candidates {
  /** With the stamp. */
  readonly stamped: Set<string>
  /** Without a visible stamp, but with the entries that were sent. */
  readonly sameContent: Set<string>
  /** Why there may be others. */
  readonly doubts: string[]
}

/** How often an unproven listing is repeated. */
const LISTING_ATTEMPTS = 3

/** If the filter returns more conversations than this for one stamp, it does not filter. */
const MOST_FILTERED = 5

/** What the metadata filter returned. */
interface FilterResult {
  /** With the stamp. */
  readonly found: readonly string[]
  /** No metadata is visible, not even to `get`: the filter is the only evidence. */
  readonly hidden: readonly string[]
  /** It returned conversations without the stamp and none with it, so it may not filter at all. */
  readonly isIgnored: boolean
}

/**
 * Filters the target's conversations by a stamp. Each result is checked, since the filter may be ignored: by its row,
 * or by `get` if the row hides its metadata. Only a shortcut: if the target refuses the filter, nothing is found.
 */
export async function filterByStamp({ reader }: RunContext, stamp: string): Promise<FilterResult> {
  const found: string[] = []
  const hidden: string[] = []
  let others = 0
  try {
    for (const row of await reader.listFiltered({ [STAMP_KEY]: stamp }, MOST_FILTERED)) {
      const id = rowFacts(row)?.id
      if (id === undefined) continue
      const shown = readStamp(row)
      const seen = shown === 'hidden' ? readStamp(await reader.row(id)) : shown
      if (typeof seen === 'object' && seen.stamp === stamp) found.push(id)
      else if (seen === 'hidden') hidden.push(id)
      else others++
    }
  } catch (thrown) {
    if (!concernsOneConversation(thrown)) throw thrown
  }
  return { found, hidden, isIgnored: others > 0 && found.length === 0 }
}

/** Returns whether the filter works: with a stamp that does not exist it must return nothing. */
export async function isFilterWorking({ reader }: RunContext, stamp: string): Promise<boolean> {
  try {
    return (await reader.listFiltered({ [STAMP_KEY]: `${stamp}.none` }, 1)).length === 0
  } catch (thrown) {
    if (!concernsOneConversation(thrown)) throw thrown
    return false
  }
}

/**
 * Lists the target, or what was created since a time, until the listing is proven complete, `LISTING_ATTEMPTS` times at
 * most. Each attempt calls `take` for each row again.
 *
 * @returns why the last listing may be incomplete; undefined if it is proven complete
 */
export async function listProven(
  { archive, reader }: RunContext,
  take: (row: unknown) => Promise<void>,
  since?: number,
): Promise<string | undefined> {
  const fetchWindow = async ({ page, size }: Window) => {
    const rows = await reader.list({ page, pageSize: size })
    return rows.flatMap((row) => {
      const facts = rowFacts(row)
      return facts === undefined ? [] : [{ ...facts, key: facts.id, row }]
    })
  }
  const isEnough = (rows: readonly RowFacts[]) => since !== undefined && endsBefore(since, rows)
  let doubt: string | undefined
  for (let left = LISTING_ATTEMPTS; left > 0; left--) {
    const listing = listRows(fetchWindow, archive.seenRows(), { pageSize: reader.pageSize, isEnough })
    let next = await listing.next()
    for (; next.done !== true; next = await listing.next()) for (const { row } of next.value) await take(row)
    if (next.value.complete) return undefined
    doubt = next.value.reason ?? 'the listing was incomplete'
  }
  return doubt
}

/**
 * Returns whether the listing has reached rows from before `since`. Rows come newest first, by creation or by change,
 * so whatever was created since comes before a row that was neither created nor changed since. A window in neither
 * order shows nothing.
 */
function endsBefore(since: number, rows: readonly RowFacts[]): boolean {
  const created = rows.map(({ createdAt }) => Date.parse(createdAt ?? ''))
  const updated = rows.map(({ updatedAt }) => Date.parse(updatedAt ?? ''))
  if (!(Number(created[0]) > Number(created.at(-1)))) return false
  if (!isDescending(created) && !isDescending(updated)) return false
  return Number(created.at(-1)) < since && Number(updated.at(-1)) < since
}

function isDescending(times: readonly number[]): boolean {
  return times.every((time, i) => i === 0 || Number(times[i - 1]) >= time)
}

/** Searches the listing for what lost requests made, by stamp and by content. */
export async function searchListing(
  context: RunContext,
  lostRequests: readonly LostRequest[],
): Promise<ReadonlyMap<LostRequest, Candidates>> {
  const found = new Map(lostRequests.map((lostRequest) => [lostRequest, noCandidates()]))
  const moments = lostRequests.map(({ request: { since } }) =>
    since === null ? -Infinity : Date.parse(since),
  )
  const since = Math.min(...moments) - SKEW_MS
  const doubt = await listProven(context, (row) => inspectRow(context, row, found), since)
  if (doubt !== undefined) for (const { doubts } of found.values()) doubts.push(doubt)
  return found
}

function noCandidates(): Candidates {
  return { stamped: new Set(), sameContent: new Set(), doubts: [] }
}

async function inspectRow(
  context: RunContext,
  row: unknown,
  found: ReadonlyMap<LostRequest, Candidates>,
): Promise<void> {
  const { archive, reader, target } = context
  const facts = rowFacts(row)
  if (facts === undefined || archive.replayRequests.claimant(target.id, facts.id) !== undefined) return
  const lostRequests = [...found.keys()].filter(({ request }) => mayBeSince(facts.createdAt, request.since))
  if (lostRequests.length === 0) return
  try {
    let shown = readStamp(row)
    if (shown === 'hidden') {
      const whole = await reader.row(facts.id)
      if (whole === undefined) return
      shown = readStamp(whole)
    }
    const byStamp = typeof shown === 'object' ? shown.stamp : undefined
    const stamped = lostRequests.filter(({ copy }) => copy.stamp === byStamp)
    for (const lostRequest of stamped) found.get(lostRequest)?.stamped.add(facts.id)
    if (shown !== 'hidden') return
    const entries = await reader.entries(facts.id)
    if (entries === undefined) return
    for (const lostRequest of lostRequests) {
      if (holdsRequest(entries, lostRequest)) found.get(lostRequest)?.sameContent.add(facts.id)
    }
  } catch (thrown) {
    if (!concernsOneConversation(thrown)) throw thrown
    for (const lostRequest of lostRequests) {
      found.get(lostRequest)?.doubts.push(`${facts.id} cannot be read: ${messageOf(thrown)}`)
    }
  }
}

function holdsRequest(entries: readonly string[], { request, known }: LostRequest): boolean {
  return known === undefined
    ? matchHistory(entries, request) === 'done'
    : isContinuation(entries, known, request)
}

/** Compares times of the target's own clock. A row without a time may be new. */
function mayBeSince(createdAt: string | undefined, since: string | null): boolean {
  const created = Date.parse(createdAt ?? '')
  return since === null || Number.isNaN(created) || created >= Date.parse(since) - SKEW_MS
}

/** Returns whether an error concerns one conversation and says nothing about the others. */
export function concernsOneConversation(thrown: unknown): thrown is HansardError {
  return (
    isHansardError(thrown) &&
    ['service-failed', 'not-json', 'unexpected-shape', 'too-large', 'request-refused'].includes(thrown.code)
  )
}
