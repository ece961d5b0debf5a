import type { Copy } from '../../archive/ledger/replay-copies.ts'
import type { StoredRequest } from '../../archive/ledger/replay-requests.ts'
import type { Window } from '../../backup/listing/listing-window.ts'
import { listRows } from '../../backup/listing/proven-listing.ts'
import { isHansardError, messageOf, type HansardError } from '../../errors.ts'
import { rowFacts, type RowFacts } from '../../model/conversation-row.ts'
import { STAMP_KEY } from '../plan/stamp.ts'
import { isContinuation, matchHistory } from './match-history.ts'
import { readStamp } from './read-stamp.ts'
import type { RunContext } from './run-context.ts'
import { SKEW_MS } from './target-clock.ts'

/** A request whose answer is lost, and what is looked for. */
export interface Suspect {
  readonly copy: Copy
  readonly request: StoredRequest
  /** Of an append: the history that it continues. */
  readonly known: readonly string[] | undefined
}

/** Conversations of the target that may be what a request made. */
export interface Candidates {
  /** They carry the stamp. */
  readonly stamped: Set<string>
  /** They show no stamp, and say what was sent. */
  readonly alike: Set<string>
  /** Why there may be more. */
  readonly doubts: string[]
}

/** How often a listing that could not be shown to be complete is made again. */
const LISTINGS = 3

/** More conversations than this carry one stamp only where the filter does not filter. */
const NAMED = 5

/** What the filter by metadata names. */
interface Filtered {
  /** They carry the stamp. */
  readonly found: readonly string[]
  /** They show no mark at all, not even to `get`: that it named them is all there is. */
  readonly unmarked: readonly string[]
  /** Some that it named are without the stamp, and none with it, as where it does not filter at all. */
  readonly isIgnored: boolean
}

/**
 * Asks the filter for the conversations that carry a stamp. What it names is looked at, since it may not filter: in its
 * row, or by `get` where the row shows no stamp. It is a short cut: one that the target refuses names nothing.
 */
export async function askFilter({ reader }: RunContext, stamp: string): Promise<Filtered> {
  const found: string[] = []
  const unmarked: string[] = []
  let others = 0
  try {
    for (const row of await reader.listFiltered({ [STAMP_KEY]: stamp }, NAMED)) {
      const id = rowFacts(row)?.id
      if (id === undefined) continue
      const mark = readStamp(row)
      const seen = mark === 'hidden' ? readStamp(await reader.row(id)) : mark
      if (typeof seen === 'object' && seen.stamp === stamp) found.push(id)
      else if (seen === 'hidden') unmarked.push(id)
      else others++
    }
  } catch (thrown) {
    if (!isAboutOne(thrown)) throw thrown
  }
  return { found, unmarked, isIgnored: others > 0 && found.length === 0 }
}

/** Tells whether the filter filters: by a stamp that nothing carries it must name nothing. */
export async function doesFilter({ reader }: RunContext, stamp: string): Promise<boolean> {
  try {
    return (await reader.listFiltered({ [STAMP_KEY]: `${stamp}.none` }, 1)).length === 0
  } catch (thrown) {
    if (!isAboutOne(thrown)) throw thrown
    return false
  }
}

/**
 * Lists the target and hands on each row once: all of it, or what was created since a moment.
 *
 * @returns why the listing may have missed something
 */
async function listTarget(
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
  const listing = listRows(fetchWindow, archive.seenRows(), { pageSize: reader.pageSize, isEnough })
  for (;;) {
    const { value, done } = await listing.next()
    if (done === true) return value.complete ? undefined : (value.reason ?? 'the listing was incomplete')
    for (const { row } of value) await take(row)
  }
}

/**
 * Lists the target until the listing is proven complete, at most some times; each time each row is handed on.
 *
 * @returns why the last listing may have missed something
 */
export async function listProven(
  context: RunContext,
  take: (row: unknown) => Promise<void>,
  since?: number,
): Promise<string | undefined> {
  let doubt: string | undefined
  for (let left = LISTINGS; left > 0; left--) {
    doubt = await listTarget(context, take, since)
    if (doubt === undefined) return undefined
  }
  return doubt
}

/**
 * Newest first, whether by creation or by change: whatever was created since stands before a row that was neither created
 * nor changed since. A window whose rows stand in neither order shows nothing.
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

/** Looks through the listing for what became of requests, by stamp and by content. */
export async function searchListing(
  context: RunContext,
  suspects: readonly Suspect[],
): Promise<ReadonlyMap<Suspect, Candidates>> {
  const found = new Map(suspects.map((suspect) => [suspect, noCandidates()]))
  const moments = suspects.map(({ request: { since } }) => (since === null ? -Infinity : Date.parse(since)))
  const since = Math.min(...moments) - SKEW_MS
  const doubt = await listProven(context, (row) => lookAt(context, row, found), since)
  if (doubt !== undefined) for (const { doubts } of found.values()) doubts.push(doubt)
  return found
}

function noCandidates(): Candidates {
  return { stamped: new Set(), alike: new Set(), doubts: [] }
}

async function lookAt(
  context: RunContext,
  row: unknown,
  found: ReadonlyMap<Suspect, Candidates>,
): Promise<void> {
  const { archive, reader, target } = context
  const facts = rowFacts(row)
  if (facts === undefined || archive.replayRequests.claimant(target.id, facts.id) !== undefined) return
  const suspects = [...found.keys()].filter(({ request }) => isSince(facts.createdAt, request.since))
  if (suspects.length === 0) return
  try {
    let mark = readStamp(row)
    if (mark === 'hidden') {
      const whole = await reader.row(facts.id)
      if (whole === undefined) return
      mark = readStamp(whole)
    }
    const byStamp = typeof mark === 'object' ? mark.stamp : undefined
    const stamped = suspects.filter(({ copy }) => copy.stamp === byStamp)
    for (const suspect of stamped) found.get(suspect)?.stamped.add(facts.id)
    if (mark !== 'hidden') return
    const entries = await reader.entries(facts.id)
    if (entries === undefined) return
    for (const suspect of suspects) {
      if (isAlike(entries, suspect)) found.get(suspect)?.alike.add(facts.id)
    }
  } catch (thrown) {
    if (!isAboutOne(thrown)) throw thrown
    for (const suspect of suspects) {
      found.get(suspect)?.doubts.push(`${facts.id} could not be read: ${messageOf(thrown)}`)
    }
  }
}

function isAlike(entries: readonly string[], { request, known }: Suspect): boolean {
  return known === undefined
    ? matchHistory(entries, request) === 'made'
    : isContinuation(entries, known, request)
}

/** By the target's own clock; where a row does not tell its time, it may be new. */
function isSince(createdAt: string | undefined, since: string | null): boolean {
  const created = Date.parse(createdAt ?? '')
  return since === null || Number.isNaN(created) || created >= Date.parse(since) - SKEW_MS
}

/** Something that is wrong with one conversation says nothing of the others. */
export function isAboutOne(thrown: unknown): thrown is HansardError {
  return (
    isHansardError(thrown) &&
    ['service-failed', 'not-json', 'unexpected-shape', 'too-large', 'request-refused'].includes(thrown.code)
  )
}
