import type { SeenRows } from '../archive/content/seen-rows.ts'
import type { Books } from '../archive/journal/runs.ts'
import { HansardError } from '../errors.ts'
import type { BackupOptions, WorkEnd } from './backup-options.ts'
import { candidateById, type Candidate } from './fetch/candidate.ts'
import { fetchDependencies } from './fetch/fetch-dependencies.ts'
import { Fetcher, type FetchOutcome, type FetchContext } from './fetch/fetcher.ts'
import { listCandidates, retryCandidates } from './listing/list-candidates.ts'
import type { ListingResult } from './listing/proven-listing.ts'
import { markGone } from './mark-gone.ts'
import { workThrough } from './worker-pool.ts'

/** The work of one run, in its order. */
export class BackupRun {
  readonly #context: FetchContext
  readonly #books: Books
  readonly #options: BackupOptions
  readonly #stop: AbortController
  readonly #fetcher: Fetcher
  readonly #concurrency: number
  /** What was tried again before the listing began, until the listing names it. */
  readonly #retried = new Map<string, FetchOutcome>()

  constructor(context: FetchContext, books: Books, options: BackupOptions, stop: AbortController) {
    this.#context = context
    this.#books = books
    this.#options = options
    this.#stop = stop
    this.#fetcher = new Fetcher(context, {
      messages: options.messages ?? true,
      onLost: (id, outcome) => this.#uncount(id, outcome),
    })
    this.#concurrency = options.concurrency ?? 8
  }

  /** Does it all; says whether nothing was missed. */
  async work(): Promise<WorkEnd> {
    const { ids, files = true, maxFileSize, full = false } = this.#options
    const end = ids === undefined ? await this.#wholeAccount() : await this.#some(ids)
    const dependencies = fetchDependencies(this.#context, { files, maxFileSize, full })
    await workThrough(
      dependencies,
      this.#concurrency,
      (fetch) => fetch(),
      () => this.#stop.abort(),
    )
    const { failed } = this.#context.archive.dependencies.counts()
    const what = failed === 1 ? 'agent or file' : 'agents or files'
    const reason = failed === 0 ? undefined : `${failed} ${what} could not be fetched`
    return { ...end, reason: end.reason ?? reason }
  }

  async #some(ids: readonly string[]): Promise<WorkEnd> {
    const { archive } = this.#context
    const failures = new Map(archive.failures.open().map((failure) => [failure.conversation, failure]))
    const chosen = [...new Set(ids)].map((id) => candidateById(archive, id, failures.get(id)))
    await this.#each(chosen.values(), (candidate) => this.#fetch(candidate))
    return { complete: null, reason: this.#tooManyVanished() }
  }

  async #wholeAccount(): Promise<WorkEnd> {
    const { archive } = this.#context
    const seen = archive.seenRows()
    const verdict = await this.#retryAndList(seen).finally(() => this.#countRetried())
    if (!verdict.complete) return verdict
    const reason = this.#tooManyVanished()

    const now = new Date().toISOString()
    archive.soon(() => {
      for (const row of seen.failedRowsNotSeen()) archive.failures.resolve(row, now)
    })
    const { gone, ...end } = await markGone(
      this.#context,
      seen,
      this.#options.acceptGone ?? false,
      this.#concurrency,
    )
    this.#books.gone = gone
    return { ...end, reason: reason ?? end.reason }
  }

  /**
   * One conversation may be deleted between the listing and the reading; that many are is more likely a fault. A run
   * that was asked for one by its id and did not find it has not done what it was asked for.
   */
  #tooManyVanished(): string | undefined {
    const { listed, vanished } = this.#books
    const { ids } = this.#options
    const isNothingLeft = ids !== undefined && vanished > 0 && vanished === listed
    if (!isNothingLeft && (vanished < 2 || vanished * 5 <= listed)) return undefined
    const conversations = `${listed} ${listed === 1 ? 'conversation' : 'conversations'}`
    return `the API returns 404 for ${vanished} of ${conversations}, though ${ids ? 'asked for by id' : 'it lists them'}`
  }

  async #retryAndList(seen: SeenRows): Promise<ListingResult> {
    const { client, archive, signal } = this.#context
    const { pageSize = 100, full = false } = this.#options
    await this.#each(retryCandidates(archive, full).values(), (candidate) =>
      this.#fetcher.fetch(candidate, (outcome) => this.#retried.set(candidate.id, outcome)),
    )
    const listing = listCandidates(client, archive, seen, { pageSize, full, signal })
    return this.#each(listing, (candidate) => this.#take(candidate))
  }

  /**
   * What was tried again and stored is in the books though the run failed before the listing came to it. What `get`
   * answers with 404 and no listing names is gone for good, and so is its failure.
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

  async #take(candidate: Candidate): Promise<void> {
    const retried = this.#retried.get(candidate.id)
    if (retried !== undefined) {
      this.#retried.delete(candidate.id)
      this.#count(this.#noted(candidate, retried))
    } else if (candidate.status === 'fetch') await this.#fetch(candidate)
    else this.#count(this.#outcomeOf(candidate))
  }

  #fetch(candidate: Candidate): Promise<void> {
    return this.#fetcher.fetch(candidate, (outcome) => this.#count(this.#noted(candidate, outcome)))
  }

  /** One that vanished was listed, or asked for by its id. */
  #noted(candidate: Candidate, outcome: FetchOutcome): FetchOutcome {
    return outcome === 'vanished' ? this.#fetcher.vanish(candidate) : outcome
  }

  /** What becomes of one that is not fetched. */
  #outcomeOf(candidate: Candidate): FetchOutcome {
    if (candidate.status === 'unusable')
      return this.#fetcher.fail(candidate, 'row', candidate.problem ?? unusable(candidate))
    return candidate.status === 'parked' ? 'failed' : 'unchanged'
  }

  #count(outcome: FetchOutcome): void {
    this.#books.listed++
    this.#books[outcome]++
    this.#options.onProgress?.(this.#books)
  }

  #uncount(id: string, outcome: FetchOutcome): void {
    if (this.#retried.delete(id)) return
    this.#books.listed--
    this.#books[outcome]--
  }

  #each<R>(
    source: Parameters<typeof workThrough<Candidate, R>>[0],
    work: (candidate: Candidate) => Promise<void>,
  ): Promise<R> {
    const guarded = (candidate: Candidate) => {
      this.#context.signal.throwIfAborted()
      return work(candidate)
    }
    return workThrough(source, this.#concurrency, guarded, () => this.#stop.abort())
  }
}

function unusable({ row }: Candidate): HansardError {
  return new HansardError('unexpected-shape', 'A row of the listing has no id', { body: row })
}
