import type { ConversationsClient } from '../api/client.ts'
import type { Archive } from '../archive/archive.ts'
import type { Books, Outcome } from '../archive/runs.ts'
import { HansardError, isHansardError, messageOf } from '../errors.ts'
import { version } from '../version.ts'
import { candidates, type Candidate } from './candidates.ts'
import { fetchConversation } from './fetch-conversation.ts'
import { recogniseAccount, refuseForeignAccount } from './identity.ts'
import type { Verdict } from './listing.ts'

/** How to back up. */
export interface BackupOptions {
  /** How many conversations are fetched at the same time. Default: 8. */
  readonly concurrency?: number | undefined
  /** How many rows of the listing to ask for at once; the server may grant fewer. Default: 100. */
  readonly pageSize?: number | undefined
  /** Fetch every conversation, changed or not. */
  readonly full?: boolean | undefined
  /** Read the messages of each conversation and compare them with its history. Default: true. */
  readonly messages?: boolean | undefined
  /** List and count only; the archive stays as it is. `new` and `updated` then count what would be fetched. */
  readonly dryRun?: boolean | undefined
  /** Take the account as that of the archive though nothing shows that it is. */
  readonly adoptAccount?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** Told the books whenever they change. */
  readonly onProgress?: ((books: Readonly<Books>) => void) | undefined
}

/** How a backup ended. */
export interface BackupResult extends Books {
  /** The number of the run; null for a dry run, which leaves no trace. */
  readonly run: number | null
  readonly outcome: Outcome
  /** True when the listing was shown to have missed nothing that was there throughout. */
  readonly complete: boolean
  /** Why it is not complete, or not done. */
  readonly reason: string | undefined
  readonly seconds: number
}

/**
 * Backs up the account into the archive: lists it, fetches what is new or changed while it still lists, and stores each
 * conversation as a whole.
 *
 * @throws HansardError what stops a run altogether (a refused key, a full disk, an account that is not the archive's);
 *   what fails for one conversation is written down in the archive and counted
 */
export async function backup(
  client: ConversationsClient,
  archive: Archive,
  options: BackupOptions = {},
): Promise<BackupResult> {
  const run = new BackupRun(client, archive, options)
  return run.execute()
}

/** What makes going on pointless, for this conversation and for all others. */
const fatal = new Set([
  'key-refused',
  'payment-required',
  'no-allowance',
  'interrupted',
  'file',
  'archive-damaged',
  'archive-locked',
])

/** Conversations that may fail one after the other for want of the service, before the run is stopped. */
const FAILURES_IN_A_ROW = 20

const unreachable = new Set(['network', 'timeout', 'service-failed', 'rate-limited'])

class BackupRun {
  readonly #client: ConversationsClient
  readonly #archive: Archive
  readonly #options: BackupOptions
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  readonly #began = performance.now()
  readonly #before: { requests: number; retries: number; bytes: number }
  readonly #books: Books = {
    listed: 0,
    new: 0,
    updated: 0,
    unchanged: 0,
    failed: 0,
    vanished: 0,
    gone: 0,
    requests: 0,
    retries: 0,
    bytes: 0,
  }
  #run: number | null = null
  #failuresInARow = 0

  constructor(client: ConversationsClient, archive: Archive, options: BackupOptions) {
    this.#client = client
    this.#archive = archive
    this.#options = options
    this.#before = { ...client.counters }
    this.#signal = AbortSignal.any([this.#stop.signal, ...(options.signal ? [options.signal] : [])])
  }

  async execute(): Promise<BackupResult> {
    await this.#checkAccount()
    try {
      const verdict = await this.#work()
      return this.#end(this.#books.failed > 0 || !verdict.complete ? 'partial' : 'done', verdict)
    } catch (thrown) {
      const isInterrupted = this.#options.signal?.aborted === true
      if (isInterrupted) return this.#end('interrupted', { complete: false, reason: 'interrupted' })
      this.#tryToEnd({ complete: false, reason: messageOf(thrown) })
      throw thrown
    }
  }

  /** What stopped the run may keep its end from being written, too: then the run is seen to have no end. */
  #tryToEnd(verdict: Verdict): void {
    try {
      this.#end('failed', verdict)
    } catch {
      // What stopped the run is thrown already, and says more.
    }
  }

  async #checkAccount(): Promise<void> {
    const account = await recogniseAccount(this.#client, this.#archive, this.#signal)
    if (account === 'foreign' && this.#options.adoptAccount !== true)
      throw refuseForeignAccount(this.#archive.path)
    if (this.#options.dryRun === true) return
    const now = new Date().toISOString()
    this.#archive.transaction(() => {
      this.#run = this.#archive.runs.begin({
        command: 'backup',
        hansard: version,
        baseUrl: this.#client.baseUrl,
        startedAt: now,
      })
      if (account !== 'foreign') return
      this.#archive.events.add(
        { kind: 'account-adopted', detail: 'none of the archived conversations was there' },
        this.#run,
        now,
      )
    })
  }

  /** Workers take candidates from one listing, so that it never runs ahead of what they can fetch. */
  async #work(): Promise<Verdict> {
    const { concurrency = 8, pageSize = 100, full = false } = this.#options
    const listing = candidates(this.#client, this.#archive, { pageSize, full, signal: this.#signal })
    let verdict: Verdict | undefined
    const worker = async () => {
      for (;;) {
        const next = await listing.next()
        if (next.done === true) {
          verdict ??= next.value
          return
        }
        await this.#take(next.value)
      }
    }
    const workers = Array.from({ length: concurrency }, () => worker())
    try {
      await Promise.all(workers)
    } catch (thrown) {
      this.#stop.abort()
      await Promise.allSettled(workers)
      throw thrown
    }
    if (verdict === undefined) throw new HansardError('interrupted', 'The listing ended without a verdict')
    return verdict
  }

  async #take(candidate: Candidate): Promise<void> {
    this.#signal.throwIfAborted()
    this.#books.listed++
    if (candidate.verdict === 'unchanged') this.#books.unchanged++
    else if (this.#run === null) this.#books[candidate.isKnown ? 'updated' : 'new']++
    else if (candidate.verdict === 'unusable') this.#fail(this.#run, candidate, 'row', unusable(candidate))
    else await this.#fetch(this.#run, candidate)
    this.#options.onProgress?.(this.#books)
  }

  async #fetch(run: number, candidate: Candidate): Promise<void> {
    let step: 'get' | 'history' | 'messages' | 'store' = 'history'
    const hold = this.#client.holdBodies()
    try {
      const fetched = await fetchConversation(this.#client, candidate, hold, {
        messages: this.#options.messages ?? true,
        signal: this.#signal,
        onStep: (begun) => (step = begun),
      })
      step = 'store'
      const now = new Date().toISOString()
      const store = () => {
        if (candidate.hasFailed) this.#archive.failures.resolve(candidate.id, now)
        const stored = this.#archive.conversations.store(fetched, run, now)
        if (fetched.messagesDiffer && stored !== 'unchanged') this.#noteDifference(run, candidate.id, now)
        return stored
      }
      const outcome = this.#archive.soon(store, (lost) => this.#books[lost]--)
      this.#books[outcome]++
      this.#failuresInARow = 0
    } catch (thrown) {
      if (isFatal(thrown) || this.#signal.aborted) throw thrown
      if (isHansardError(thrown, 'not-found')) this.#vanish(candidate)
      else this.#fail(run, candidate, step, thrown)
    } finally {
      hold.release()
    }
  }

  #noteDifference(run: number, conversation: string, now: string): void {
    const detail = 'its messages are not the messages of its history; both are kept'
    this.#archive.events.add({ kind: 'messages-differ', conversation, detail }, run, now)
  }

  #vanish({ id, hasFailed }: Candidate): void {
    this.#books.vanished++
    if (hasFailed) this.#archive.soon(() => this.#archive.failures.resolve(id, new Date().toISOString()))
  }

  #fail(
    run: number,
    { id }: Candidate,
    step: 'row' | 'get' | 'history' | 'messages' | 'store',
    thrown: unknown,
  ): void {
    const error = isHansardError(thrown) ? thrown : undefined
    const failure = {
      conversation: id,
      step,
      code: error?.code ?? 'unforeseen',
      message: messageOf(thrown),
      body: error?.body,
    }
    const record = () => this.#archive.failures.record(failure, run, new Date().toISOString())
    this.#archive.soon(record, () => this.#books.failed--)
    this.#books.failed++
    this.#failuresInARow = unreachable.has(failure.code) ? this.#failuresInARow + 1 : 0
    if (this.#failuresInARow < FAILURES_IN_A_ROW) return
    throw new HansardError('service-failed', `The service can’t be reached: ${failure.message}`, {
      hint: 'What was stored is safe. Run the same command again later: it goes on where this one stopped.',
      cause: thrown,
    })
  }

  #end(outcome: Outcome, { complete, reason }: Verdict): BackupResult {
    const { requests, retries, bytes } = this.#client.counters
    const books: Books = {
      ...this.#books,
      requests: requests - this.#before.requests,
      retries: retries - this.#before.retries,
      bytes: bytes - this.#before.bytes,
    }
    const now = new Date().toISOString()
    if (this.#run !== null) {
      const run = this.#run
      this.#archive.transaction(() => {
        if (complete) this.#archive.accountKeys.remember((salt) => this.#client.hashKey(salt), now)
        this.#archive.runs.end(run, now, { outcome, complete, reason, books })
      })
      this.#archive.checkpoint()
    }
    return {
      run: this.#run,
      outcome,
      complete,
      reason,
      seconds: (performance.now() - this.#began) / 1000,
      ...books,
    }
  }
}

function isFatal(thrown: unknown): boolean {
  return isHansardError(thrown) && fatal.has(thrown.code)
}

function unusable({ row }: Candidate): HansardError {
  return new HansardError('unexpected-shape', 'A row of the listing has no id', { body: row })
}
