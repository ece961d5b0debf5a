import type { SeenRows } from '../archive/content/seen-rows.ts'
import type { Books } from '../archive/journal/runs.ts'
import type { ServiceFact } from '../archive/journal/service-facts.ts'
import { HansardError } from '../errors.ts'
import { plural } from '../model/plural.ts'
import type { StepCounter } from '../model/step-progress.ts'
import type { BackupOptions, BackupStep, WorkEnd } from './backup-options.ts'
import { candidateById, type Candidate } from './fetch/candidate.ts'
import { fetchDependencies } from './fetch/fetch-dependencies.ts'
import { Fetcher, type FetchOutcome, type FetchContext } from './fetch/fetcher.ts'
import { indexWhileWaiting } from './index-while-waiting.ts'
import { listCandidates, retryCandidates } from './listing/list-candidates.ts'
import type { ListingResult } from './listing/proven-listing.ts'
import { startingPageSize } from './listing/starting-page-size.ts'
import { markGone } from './mark-gone.ts'
import { workThrough } from './worker-pool.ts'

/** What a run counts while it works. */
export interface RunCounts {
  readonly books: Books
  readonly steps: StepCounter<BackupStep>
}

/** Does the work of one run, step by step. */
export class BackupRun {
  readonly #context: FetchContext
  readonly #books: Books
  readonly #options: BackupOptions
  readonly #steps: StepCounter<BackupStep>
  readonly #stop: AbortController
  readonly #fetcher: Fetcher
  readonly #concurrency: number
  /** Outcomes of the retries before the listing, each until the listing reaches its conversation. */
  readonly #retried = new Map<string, FetchOutcome>()

  constructor(
    context: FetchContext,
    { books, steps }: RunCounts,
    options: BackupOptions,
    stop: AbortController,
  ) {
    this.#context = context
    this.#books = books
    this.#steps = steps
    this.#options = options
    this.#stop = stop
    this.#fetcher = new Fetcher(context, {
      messages: options.messages ?? 'all',
      allRows: options.full === true || this.#doesListingLackMetadata(),
      rowsInVain: this.#fact('rows_in_vain'),
      messagesAreHistory: this.#fact('messages_are_history') === 1,
      onCompared: () => books.compared++,
      onLost: (id, outcome, isCompared) => this.#uncount(id, outcome, isCompared),
    })
    this.#concurrency = options.concurrency ?? 64
  }

  /** Does all of the work and returns whether the backup is complete. */
  async work(): Promise<WorkEnd> {
    const { ids } = this.#options
    const indexing = indexWhileWaiting(this.#context)
    const fetchAll = async () => {
      const end = ids === undefined ? await this.#backUpAccount() : await this.#backUpSome(ids)
      await this.#fetchDependencies()
      return end
    }
    const end = await fetchAll().finally(indexing.stop)
    const { failed } = this.#context.archive.dependencies.counts()
    const what = plural(failed, 'agent or file', 'agents or files')
    const reason = failed === 0 ? undefined : `${what} could not be fetched`
    return { ...end, reason: end.reason ?? reason }
  }

  async #fetchDependencies(): Promise<void> {
    const wanted = fetchDependencies(this.#context, this.#options)
    if (wanted.length > 0) this.#steps.begin('dependencies', wanted.length)
    await this.#forEach(wanted.values(), (fetch) => fetch().then(() => this.#steps.add()))
  }

  async #backUpSome(ids: readonly string[]): Promise<WorkEnd> {
    const { archive } = this.#context
    this.#recall(ids)
    const failures = new Map(archive.failures.open().map((failure) => [failure.conversation, failure]))
    const chosen = [...new Set(ids)].map((id) => candidateById(archive, id, failures.get(id)))
    this.#steps.begin('fetch', chosen.length)
    await this.#forEach(chosen.values(), (candidate) => this.#fetch(candidate))
    return { complete: null, reason: this.#tooManyVanished() }
  }

  /** Conversations that were forgotten are archived again if they are asked for. */
  #recall(ids: readonly string[]): void {
    const { archive } = this.#context
    const now = new Date().toISOString()
    archive.transaction(() => {
      for (const id of ids) archive.forgotten.recall(id, now)
    })
  }

  async #backUpAccount(): Promise<WorkEnd> {
    const { archive } = this.#context
    const seen = archive.seenRows()
    const listing = await this.#retryAndList(seen).finally(() => this.#countRetried())
    if (!listing.complete) return listing
    const reason = this.#tooManyVanished()

    const now = new Date().toISOString()
    archive.soon(() => {
      for (const row of seen.failedRowsNotSeen()) archive.failures.resolve(row, now)
    })
    const { gone, ...end } = await markGone(this.#context, seen, {
      concurrency: this.#concurrency,
      acceptAll: this.#options.acceptGone ?? false,
      steps: this.#steps,
    })
    this.#books.gone = gone
    return { ...end, reason: reason ?? end.reason ?? listing.reason }
  }

  /**
   * A conversation may be deleted between being listed and being read, but many at once are more likely a fault of the
   * service. A run that finds none of the conversations requested by id has not done what it was asked to do.
   */
  #tooManyVanished(): string | undefined {
    const { listed, vanished } = this.#books
    const { ids } = this.#options
    const isNothingFound = ids !== undefined && vanished > 0 && vanished === listed
    if (!isNothingFound && (vanished < 2 || vanished * 5 <= listed)) return undefined
    return `the API returns 404 for ${vanished} of ${plural(listed, 'conversation')}, though ${ids ? 'requested by id' : 'it lists them'}`
  }

  async #retryAndList(seen: SeenRows): Promise<ListingResult> {
    const { client, archive, signal } = this.#context
    const { full = false } = this.#options
    const pageSize = startingPageSize(archive, client.baseUrl, this.#options.pageSize)
    const failed = retryCandidates(archive, full)
    await this.#fetchFirst([...failed, ...this.#rowsWanted(failed)])
    this.#note('rows_wanted', 0)
    this.#steps.begin('list', archive.runs.lastListed(), true)
    const listing = listCandidates(client, archive, seen, { pageSize, full, signal })
    const end = await this.#forEach(listing, (candidate) => this.#process(candidate))
    this.#note('page_size', pageSize.granted)
    return this.#judgeRows(end)
  }

  /** Fetches conversations before the listing, which then counts them. */
  async #fetchFirst(candidates: readonly Candidate[]): Promise<void> {
    if (candidates.length > 0) this.#steps.begin('retry', candidates.length)
    await this.#forEach(candidates.values(), (candidate) =>
      this.#fetcher.fetch(candidate, (outcome) => {
        this.#retried.set(candidate.id, outcome)
        this.#steps.add()
      }),
    )
  }

  /** The conversations whose row may lack what only `get` returns, after an earlier run has found that it returns more. */
  #rowsWanted(except: readonly Candidate[]): Candidate[] {
    if (this.#fact('rows_wanted') !== 1) return []
    const { archive } = this.#context
    const excepted = new Set(except.map(({ id }) => id))
    const ids = archive.conversations.withoutMetadata().filter((id) => !excepted.has(id))
    return ids.map((id) => candidateById(archive, id))
  }

  /**
   * Notes what was learnt about rows that the listing returns. If `get` has more for one, it may have more for those that
   * were not read.
   */
  #judgeRows(end: ListingResult): ListingResult {
    const { rows } = this.#fetcher
    this.#note('rows_in_vain', rows.inVain)
    if (!rows.hasGained || this.#fact('rows_skipped') !== 1) return end
    this.#note('rows_wanted', 1)
    this.#note('rows_skipped', 0)
    return { ...end, reason: end.reason ?? ROWS_LACK }
  }

  /** A probe found that only `get` returns metadata, so that each row must be read. */
  #doesListingLackMetadata(): boolean {
    return this.#fact('metadata_in_get') === 1 && this.#fact('metadata_in_list') === 0
  }

  #fact(name: ServiceFact): number | undefined {
    return this.#context.archive.serviceFacts.read(this.#context.client.baseUrl, name, new Date())
  }

  #note(name: ServiceFact, value: number | undefined): void {
    const { archive, client } = this.#context
    archive.transaction(() => archive.serviceFacts.note(client.baseUrl, name, value, new Date()))
  }

  /**
   * Counts retries that the listing did not reach because the run failed first. A conversation that `get` returns 404
   * for and that no listing shows is gone, so its failure is resolved.
   */
  #countRetried(): void {
    const { archive } = this.#context
    const now = new Date().toISOString()
    for (const [id, outcome] of this.#retried) {
      if (outcome === 'vanished') archive.soon(() => archive.failures.resolve(id, now))
      else this.#count(outcome)
    }
    this.#retried.clear()
  }

  async #process(candidate: Candidate): Promise<void> {
    const retried = this.#retried.get(candidate.id)
    if (retried !== undefined) {
      this.#retried.delete(candidate.id)
      this.#count(this.#recordVanished(candidate, retried))
    } else if (candidate.status === 'fetch') await this.#fetch(candidate)
    else this.#count(this.#outcomeOf(candidate))
  }

  #fetch(candidate: Candidate): Promise<void> {
    return this.#fetcher.fetch(candidate, (outcome) => this.#count(this.#recordVanished(candidate, outcome)))
  }

  /** Records a 404 for a conversation that was listed, or requested by its id. */
  #recordVanished(candidate: Candidate, outcome: FetchOutcome): FetchOutcome {
    return outcome === 'vanished' ? this.#fetcher.vanish(candidate) : outcome
  }

  /** Returns the outcome of a conversation that is not fetched. */
  #outcomeOf(candidate: Candidate): FetchOutcome {
    if (candidate.status === 'unusable')
      return this.#fetcher.fail(candidate, 'row', candidate.problem ?? unusable(candidate))
    return candidate.status === 'parked' ? 'failed' : 'unchanged'
  }

  #count(outcome: FetchOutcome): void {
    this.#books.listed++
    this.#books[outcome]++
    this.#steps.add()
  }

  #uncount(id: string, outcome: FetchOutcome, isCompared: boolean): void {
    if (isCompared) this.#books.compared--
    if (this.#retried.delete(id)) return
    this.#books.listed--
    this.#books[outcome]--
    this.#steps.add(-1)
  }

  #forEach<T, R>(
    source: Parameters<typeof workThrough<T, R>>[0],
    work: (item: T) => Promise<void>,
  ): Promise<R> {
    const guarded = (item: T) => {
      this.#context.signal.throwIfAborted()
      return work(item)
    }
    return workThrough(source, this.#concurrency, guarded, () => this.#stop.abort())
  }
}

const ROWS_LACK =
  'the API returns more fields for a conversation than it lists, and not every conversation was read; the next run does'

function unusable({ row }: Candidate): HansardError {
  return new HansardError('unexpected-shape', 'A row of the listing has no id', { body: row })
}
