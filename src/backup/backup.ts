import type { ConversationsClient } from '../api/client.ts'
import type { Archive } from '../archive/archive.ts'
import type { Books, RequestsByKind, RunEnd, RunOutcome } from '../archive/journal/runs.ts'
import { messageOf } from '../errors.ts'
import { StepCounter } from '../model/step-progress.ts'
import { version } from '../own-files.ts'
import { emptyListingReason, foreignAccountError, identifyAccount, SEES_NOTHING } from './account-identity.ts'
import type { BackupOptions, BackupResult, BackupStep, WorkEnd } from './backup-options.ts'
import { BackupRun, type RunCounts } from './backup-run.ts'
import { fillSearch } from './fill-search.ts'
import { listCandidates } from './listing/list-candidates.ts'
import { startingPageSize } from './listing/starting-page-size.ts'
import { workThrough } from './worker-pool.ts'

/**
 * Backs up an account into an archive. It retries what failed before, lists the account and fetches what is new or
 * changed at the same time, marks what is gone, fetches the agents and files that conversations refer to, and fills the
 * search index. It does not lock the archive: hold a lock from `lockArchive` if two runs could overlap.
 *
 * @param archive opened with mode `create` or `write`; mode `read` allows a dry run only
 * @throws HansardError for an error that stops the whole run: `key-refused`, `payment-required`, `no-allowance`, `file`,
 *   `archive-damaged`, `archive-locked`, `another-account`, or `service-failed` when the service is down. An error about
 *   one conversation is stored in the archive and counted instead.
 */
export async function backup(
  client: ConversationsClient,
  archive: Archive,
  options: BackupOptions = {},
): Promise<BackupResult> {
  const began = performance.now()
  const before = { ...client.counters, requestsByKind: new Map(client.counters.requestsByKind) }
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])])

  const learnt = archive.serviceFacts.read(client.baseUrl, 'requests_per_second', new Date())
  if (learnt !== undefined) client.assumeLimit(learnt)
  const account = await identifyAccount(client, archive, signal)
  if (account === 'foreign' && options.adoptAccount !== true) throw foreignAccountError(archive.path)
  const run = options.dryRun === true ? null : beginRun(client, archive, account === 'foreign')

  const books = emptyBooks()
  const steps = new StepCounter<BackupStep>((step) => options.onProgress?.({ step, books }))
  const counts = { books, steps }
  const end = (outcome: RunOutcome, { complete, reason }: WorkEnd): BackupResult => {
    const { requests, requestsByKind, retries, bytes } = client.counters
    books.requests = requests - before.requests
    books.retries = retries - before.retries
    books.bytes = bytes - before.bytes
    const kinds = difference(requestsByKind, before.requestsByKind)
    if (run !== null)
      endRun(client, archive, run, { outcome, complete, reason, books, requestsByKind: kinds })
    const seconds = Math.round(performance.now() - began) / 1000
    const dependencies = archive.dependencies.counts()
    return { run, outcome, complete, reason, seconds, dependencies, ...books, requestsByKind: kinds }
  }

  try {
    const done =
      run === null
        ? await dryRun(client, archive, counts, options, signal)
        : await new BackupRun({ client, archive, run, signal }, counts, options, stop).work()
    const work =
      done.complete === true && books.listed === 0 ? doubtEmptiness(archive, account, done, options) : done
    if (run !== null) {
      const fault = await fillSearch(archive, steps, signal)
      if (options.signal?.aborted === true) return end('interrupted', work)
      if (fault !== undefined) return end('partial', { ...work, reason: work.reason ?? fault })
    }
    const isDone = books.failed === 0 && work.complete !== false && work.reason === undefined
    return end(isDone ? 'done' : 'partial', work)
  } catch (thrown) {
    const isInterrupted = options.signal?.aborted === true
    if (isInterrupted) return end('interrupted', { complete: false, reason: undefined })
    tryToEnd(() => end('failed', { complete: false, reason: messageOf(thrown) }))
    throw thrown
  }
}

/**
 * An empty listing is complete only once a person has confirmed it, because a key of the wrong workspace sees nothing either:
 * with --adopt-account while the archive is empty, with --accept-gone when it holds conversations.
 */
function doubtEmptiness(
  archive: Archive,
  account: Awaited<ReturnType<typeof identifyAccount>>,
  work: WorkEnd,
  { adoptAccount = false }: BackupOptions,
): WorkEnd {
  if (account === 'empty' && !adoptAccount) return { complete: false, reason: SEES_NOTHING }
  const { conversations, gone } = archive.counts()
  if (gone === conversations) return work
  return { complete: false, reason: emptyListingReason(conversations - gone) }
}

/** Lists the account and counts what a backup would do. Nothing is fetched or stored. */
async function dryRun(
  client: ConversationsClient,
  archive: Archive,
  { books, steps }: RunCounts,
  { pageSize: asked, full = false }: BackupOptions,
  signal: AbortSignal,
): Promise<WorkEnd> {
  steps.begin('list', archive.runs.lastListed(), true)
  const pageSize = startingPageSize(archive, client.baseUrl, asked)
  const listing = listCandidates(client, archive, archive.seenRows(), { pageSize, full, signal })
  return workThrough(listing, 1, async ({ status, isKnown }) => {
    books.listed++
    if (status === 'fetch') books[isKnown ? 'updated' : 'new']++
    else books[status === 'unusable' || status === 'parked' ? 'failed' : 'unchanged']++
    steps.add()
  })
}

/** A full disk, for example, stops a run and also prevents storing its end; the run is then shown as not ended. */
function tryToEnd(end: () => void): void {
  try {
    end()
  } catch {
    // The caller throws the error that stopped the run, which says more.
  }
}

function emptyBooks(): Books {
  const counts = { listed: 0, new: 0, updated: 0, unchanged: 0, failed: 0, vanished: 0, gone: 0 }
  return { ...counts, compared: 0, requests: 0, retries: 0, bytes: 0 }
}

function difference(after: RequestsByKind, before: RequestsByKind): RequestsByKind {
  const sent = Array.from(after, ([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const)
  return new Map(sent.filter(([, count]) => count > 0))
}

function beginRun(client: ConversationsClient, archive: Archive, isAdopted: boolean): number {
  const startedAt = new Date().toISOString()
  return archive.transaction(() => {
    const run = archive.runs.begin({
      command: 'backup',
      hansard: version,
      baseUrl: client.baseUrl,
      startedAt,
    })
    const detail = 'none of the archived conversations was found in this account'
    if (isAdopted) archive.events.add({ kind: 'account-adopted', detail }, run, startedAt)
    return run
  })
}

function endRun(client: ConversationsClient, archive: Archive, run: number, end: RunEnd & WorkEnd): void {
  const now = new Date().toISOString()
  archive.transaction(() => {
    if (end.complete === true) archive.accountKeys.remember((salt) => client.hashKey(salt), now)
    archive.serviceFacts.note(client.baseUrl, 'requests_per_second', client.learntPerSecond, new Date())
    archive.runs.end(run, now, end)
  })
  archive.checkpoint()
}
