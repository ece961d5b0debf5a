import { hash } from 'node:crypto'

import type { ConversationsClient } from '../api/client.ts'
import type { Archive } from '../archive/archive.ts'
import type { StoredConversation } from '../archive/content/conversations.ts'
import type { Selection } from '../archive/content/selection.ts'
import { HansardError, isHansardError, messageOf } from '../errors.ts'
import { StepCounter, type StepProgress } from '../model/step-progress.ts'
import { identifyAccount, foreignAccountError, SEES_NOTHING } from './account-identity.ts'
import { compareContent, type Difference } from './compare-content.ts'
import { candidateById, type Candidate } from './fetch/candidate.ts'
import { isFatal } from './fetch/fatal-errors.ts'
import { fetchConversation, type FetchOptions } from './fetch/fetch-conversation.ts'
import { listCandidates } from './listing/list-candidates.ts'
import type { ListingResult } from './listing/proven-listing.ts'
import { startingPageSize } from './listing/starting-page-size.ts'
import { workThrough } from './worker-pool.ts'

/** Options of a comparison. */
export interface CompareOptions {
  /**
   * Compare only these archived conversations, without those marked as gone unless it includes them; the account is not
   * listed. Default: the whole account.
   */
  readonly selection?: Selection | undefined
  /** Number of archived conversations to read, chosen by `seed`. Default: all. */
  readonly sample?: number | undefined
  readonly seed: number
  readonly concurrency: number
  readonly signal: AbortSignal
  /** Called for each compared conversation. */
  readonly onCompared: (compared: Compared) => void | Promise<void>
  /** Called when a step begins, and after each conversation. */
  readonly onProgress?: ((step: StepProgress<CompareStep>) => void) | undefined
}

/** `list`: compare what the account lists. `selection`: compare the selection. `unlisted`: look up what is not listed. */
export type CompareStep = 'list' | 'selection' | 'unlisted'

/** The result of comparing one conversation. */
export interface Compared extends Difference {
  /** `=` equal, `+` only upstream, `-` only archived, `*` differs, `!` could not be compared. */
  readonly sign: '=' | '+' | '-' | '*' | '!'
  readonly id: string
}

/**
 * Reads the account again and compares it with the archive, conversation by conversation. Neither is changed. The whole
 * account is listed; histories are read for all conversations or for a sample.
 *
 * @returns whether the listing is proven complete; undefined if only a selection was compared
 * @throws HansardError `another-account`, `interrupted`, or an error that prevents reading the account at all
 */
export async function compareRemote(
  client: ConversationsClient,
  archive: Archive,
  options: CompareOptions,
): Promise<ListingResult | undefined> {
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, options.signal])
  const account = await identifyAccount(client, archive, signal)
  if (account === 'foreign') throw foreignAccountError(archive.path)

  const { sample, seed, concurrency, selection } = options
  const chosen = sample === undefined ? undefined : sampleIds(archive, selection ?? {}, sample, seed)
  const isChosen = (id: string) => chosen === undefined || chosen.has(id)
  const chosenFrom = function* (ids: Iterable<string>): Generator<Candidate, void> {
    for (const id of ids) if (isChosen(id)) yield candidateById(archive, id)
  }
  let seesNothing = account === 'empty'
  const compare = async (candidate: Candidate) => {
    seesNothing = false
    if (signal.aborted) throw new HansardError('interrupted', 'The comparison was interrupted')
    if (candidate.status === 'forgotten' || (candidate.isKnown && !isChosen(candidate.id))) return
    await options.onCompared(await compareOne(client, archive, candidate, signal))
    steps.add()
  }
  const compareAll = <R>(source: Parameters<typeof workThrough<Candidate, R>>[0]) =>
    workThrough(source, concurrency, compare, () => stop.abort())

  const steps = new StepCounter<CompareStep>((step) => options.onProgress?.(step))
  if (selection !== undefined) {
    steps.begin('selection', chosen?.size ?? archive.conversations.countSelected(selection))
    const selected = chosenFrom(archive.conversations.ids(selection))
    await compareAll(selected).finally(() => selected.return())
    return undefined
  }
  const seen = archive.seenRows()
  steps.begin('list', chosen?.size ?? archive.runs.lastListed(), true)
  const listing = await compareAll(
    listCandidates(client, archive, seen, {
      pageSize: startingPageSize(archive, client.baseUrl),
      full: true,
      signal,
    }),
  )
  const unlisted = seen.notSeen().filter(isChosen)
  if (unlisted.length > 0) steps.begin('unlisted', unlisted.length)
  await compareAll(chosenFrom(unlisted))
  return listing.complete && seesNothing ? { complete: false, reason: SEES_NOTHING } : listing
}

async function compareOne(
  client: ConversationsClient,
  archive: Archive,
  candidate: Candidate,
  signal: AbortSignal,
): Promise<Compared> {
  const { id } = candidate
  if (candidate.status === 'unusable' || candidate.status === 'accepted')
    return { sign: '!', id, detail: messageOf(candidate.problem ?? 'a row of the listing has no id') }
  const stored = archive.conversations.read(id)
  if (stored === undefined) return { sign: '+', id }
  const areRowsSkipped = archive.serviceFacts.read(client.baseUrl, 'rows_skipped', new Date()) === 1
  const getsRow = candidate.rowRead !== 'useless' || areRowsSkipped
  try {
    const difference = await fetchAndCompare(stored, client, candidate, { getsRow, messages: false, signal })
    return difference === undefined ? { sign: '=', id } : { sign: '*', id, ...difference }
  } catch (thrown) {
    if (isHansardError(thrown, 'not-found')) return { sign: '-', id }
    const isDamaged = isHansardError(thrown, 'archive-damaged')
    if (signal.aborted || (isFatal(thrown) && !isDamaged)) throw thrown
    return { sign: '!', id, detail: messageOf(thrown) }
  }
}

async function fetchAndCompare(
  stored: StoredConversation,
  client: ConversationsClient,
  candidate: Candidate,
  how: FetchOptions,
): Promise<Difference | undefined> {
  const hold = client.holdBodies()
  try {
    const { row, history } = await fetchConversation(client, candidate, hold, how)
    return compareContent(stored, { row, entries: history.entries })
  } finally {
    hold.release()
  }
}

/** Samples ids at random, the same for the same seed: those with the lowest hashes, so only a sample is in memory. */
function sampleIds(archive: Archive, selection: Selection, size: number, seed: number): ReadonlySet<string> {
  let least: [rank: string, id: string][] = []
  const shrink = () => (least = least.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, size))
  for (const id of archive.conversations.ids(selection)) {
    least.push([hash('sha256', `${seed} ${id}`), id])
    if (least.length > 2 * size) shrink()
  }
  return new Set(shrink().map(([, id]) => id))
}
