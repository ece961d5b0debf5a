import type { ConversationsClient } from '../../api/client.ts'
import type { Archive } from '../../archive/archive.ts'
import type { StoreResult } from '../../archive/content/conversations.ts'
import type { ArchiveEvent } from '../../archive/journal/events.ts'
import type { Failure, OpenFailure } from '../../archive/journal/failures.ts'
import { HansardError, isHansardError, messageOf } from '../../errors.ts'
import { rowFacts } from '../../model/conversation-row.ts'
import type { BackupOptions } from '../backup-options.ts'
import type { Candidate } from './candidate.ts'
import { isFatal } from './fatal-errors.ts'
import { deriveFrom, ownStages, type Derived, type Problem, type Stages } from './derive.ts'
import { fetchConversation, type Fetched } from './fetch-conversation.ts'
import { outageDetector } from './outage-detector.ts'
import { EVERY, Sampling } from './sampling.ts'

/** The outcome for a conversation. */
export type FetchOutcome = 'new' | 'updated' | 'unchanged' | 'failed' | 'vanished'

/** What the parts of a run share. */
export interface FetchContext {
  readonly client: ConversationsClient
  readonly archive: Archive
  /** The number of the run. */
  readonly run: number
  readonly signal: AbortSignal
}

/** Options of a `Fetcher`. */
export interface FetcherOptions {
  readonly messages: NonNullable<BackupOptions['messages']>
  /** Read every row with `get` that may have more than the listed one, not only a sample. */
  readonly allRows?: boolean | undefined
  /** For how many rows in a row `get` had no more in earlier runs. */
  readonly rowsInVain?: number | undefined
  /** Whether a probe found that messages are those of the history. */
  readonly messagesAreHistory?: boolean | undefined
  /** Called when the messages of a conversation were compared with its history, and it is stored. */
  readonly onCompared?: (() => void) | undefined
  /** Called with an outcome that was counted but could not be written to disk. */
  readonly onLost: (id: string, outcome: FetchOutcome, isCompared: boolean) => void
  readonly stages?: Stages | undefined
}

/** The messages of the first 20 conversations of a run, and of 2 % of the others. */
const MESSAGE_SAMPLE = { first: 20, percent: 2 }

/** The rows of the first 50 conversations are read with `get`, too, and 1 % of the others. */
export const ROW_SAMPLE = { first: 50, percent: 1 }

/** What a batch keeps of a conversation until it is committed: not its entries, which take most of the memory. */
type Kept = Omit<Fetched, 'history'> & { readonly derived: Derived }

/** Fetches conversations and stores each, or the failure. */
export class Fetcher {
  readonly #context: FetchContext
  readonly #options: FetcherOptions
  readonly #detectOutage: ReturnType<typeof outageDetector>
  readonly #messages: Sampling
  readonly #rows: Sampling
  #skipsRows = false

  constructor(context: FetchContext, options: FetcherOptions) {
    this.#context = context
    this.#options = options
    this.#detectOutage = outageDetector(context.client, context.signal)
    const inVain = options.messagesAreHistory === true ? MESSAGE_SAMPLE.first : 0
    this.#messages = new Sampling(options.messages === 'sample' ? MESSAGE_SAMPLE : EVERY, inVain)
    this.#rows = new Sampling(options.allRows === true ? EVERY : ROW_SAMPLE, options.rowsInVain)
    if (context.archive.events.has('messages-differ')) this.#messages.note(true)
  }

  /**
   * Fetches and stores one conversation, and calls `onOutcome` before an outage can end the run, so that
   * everything stored is counted. `vanished` is left to the caller to record, who knows whether it was listed.
   *
   * @throws HansardError for an error that ends the whole run
   */
  async fetch(candidate: Candidate, onOutcome: (outcome: FetchOutcome) => void): Promise<void> {
    const { outcome, thrown } = await this.#attempt(candidate)
    onOutcome(outcome)
    await this.#detectOutage(thrown, candidate.failure !== undefined)
  }

  async #attempt(candidate: Candidate): Promise<{ outcome: FetchOutcome; thrown?: unknown }> {
    const { client, signal } = this.#context
    let step: Failure['step'] = 'history'
    const hold = client.holdBodies()
    try {
      const onStep = (begun: Failure['step']) => (step = begun)
      const [messages, getsRow] = [this.#readsMessages(candidate), this.#readsRow(candidate)]
      const how = { getsRow, messages, signal, onStep }
      const fetched = await fetchConversation(client, candidate, hold, how)
      if (fetched.hasMoreInRow !== undefined) this.#rows.note(fetched.hasMoreInRow)
      if (fetched.isCompared) this.#messages.note(fetched.messagesDiffer)
      step = 'store'
      const outcome = this.#store(fetched, candidate)
      if (fetched.isCompared) this.#options.onCompared?.()
      return { outcome, thrown: fetched.messagesFailure }
    } catch (thrown) {
      if (isFatal(thrown) || signal.aborted) throw thrown
      if (isHansardError(thrown, 'not-found')) return { outcome: 'vanished' }
      return { outcome: this.fail(candidate, step, thrown), thrown }
    } finally {
      hold.release()
    }
  }

  #readsMessages({ id, failure }: Candidate): boolean {
    if (this.#options.messages === 'none') return false
    return failure?.step === 'messages' || this.#messages.wants(id)
  }

  #readsRow({ id, rowRead }: Candidate): boolean {
    if (rowRead !== 'useful') return rowRead === 'needed'
    const isRead = this.#rows.wants(id)
    if (!isRead && !this.#skipsRows) this.#noteSkippedRows()
    return isRead
  }

  /** Before the first row is stored as listed, so that a run that is killed leaves no doubt. */
  #noteSkippedRows(): void {
    const { archive, client } = this.#context
    archive.soon(() => archive.serviceFacts.note(client.baseUrl, 'rows_skipped', 1, new Date()))
    this.#skipsRows = true
  }

  /** How `get` relates to the listed rows: how often in a row it had no more, and whether it ever had. */
  get rows(): Pick<Sampling, 'inVain' | 'hasGained'> {
    return this.#rows
  }

  /** Records a failure. One that the user has accepted does not count as a failure of this run. */
  fail({ id, failure }: Candidate, step: Failure['step'], thrown: unknown): FetchOutcome {
    const outcome: FetchOutcome = isAccepted(failure) ? 'unchanged' : 'failed'
    return this.#soon(id, () => {
      this.#record(id, { step, thrown })
      return outcome
    })
  }

  /**
   * Records that `get` returns 404 for a listed conversation: it was deleted in between. That can happen once. If a later
   * run sees the same, the listing or `get` is wrong, and it is a failure.
   */
  vanish(candidate: Candidate): FetchOutcome {
    const { archive, run } = this.#context
    const { id, failure } = candidate
    if ((archive.conversations.known(id)?.goneAt ?? null) !== null) return this.#soon(id, () => 'vanished')
    const before = archive.events.firstRun('vanished', id)
    if (before !== undefined && before !== run) {
      const message = `The API returns 404, as in run ${before}`
      return this.fail(candidate, 'get', new HansardError('not-found', message))
    }
    return this.#soon(id, () => {
      if (failure !== undefined) archive.failures.resolve(id, now())
      const detail = 'it was deleted before it could be read'
      archive.events.add({ kind: 'vanished', conversation: id, detail }, run, now())
      return 'vanished'
    })
  }

  #store(fetched: Fetched, { failure }: Candidate): FetchOutcome {
    const { archive, run } = this.#context
    const { id, isCompared } = fetched
    const derived = deriveFrom(fetched, this.#options.stages ?? ownStages)
    const { history, ...rest } = fetched
    const { envelope } = history
    const kept: Kept = { derived, ...rest }
    let entries: readonly string[] | undefined = history.entries
    const recall = () => (entries ??= readBack(archive, id))
    return this.#soon(
      id,
      () => {
        const at = now()
        const stored = { history: { envelope, entries: recall() }, ...kept }
        const result = archive.conversations.store(stored, run, at)
        if (result.outcome === 'new') entries = undefined // most of the memory; `recall` reads them back
        this.#addEvents(kept, result, at)
        const problem = this.#addDerived(kept, result, failure, at)
        const isStillUnread = failure?.step === 'messages' && this.#options.messages === 'none'
        if (problem !== undefined) this.#record(id, problem)
        else if (failure !== undefined && !isStillUnread) archive.failures.resolve(id, at)
        return problem === undefined || isAccepted(failure) ? result.outcome : 'failed'
      },
      { isCompared, recall },
    )
  }

  #addEvents({ id, messagesDiffer }: Kept, { outcome, isRevived, altered }: StoreResult, at: string): void {
    const { archive, run } = this.#context
    const add = (kind: ArchiveEvent['kind'], detail: string) =>
      archive.events.add({ kind, conversation: id, detail }, run, at)
    if (isRevived) add('revived', 'it was gone and exists again')
    if (outcome === 'unchanged') return
    if (altered !== undefined) add('history-altered', `${altered}; both are kept`)
    if (messagesDiffer) add('messages-differ', 'its messages differ from its history; both are kept')
  }

  /**
   * Stores which agents and files the conversation refers to and which of its fields are unknown. If that fails, the
   * conversation is stored all the same, and the next run tries again.
   */
  #addDerived(
    { id, row, messagesFailure, derived }: Kept,
    { outcome, added }: StoreResult,
    failure: OpenFailure | undefined,
    at: string,
  ): Problem | undefined {
    const { archive } = this.#context
    const problems: Problem[] = []
    if (messagesFailure !== undefined) problems.push({ step: 'messages', thrown: messagesFailure })
    const isChanged = outcome !== 'unchanged'
    const { references, shapes } = derived
    if (isChanged || failure?.step === 'references') {
      if ('thrown' in references) problems.push(references)
      else if (references.length > 0) archive.dependencies.want(references, at, changedAt(row, at))
    }
    if (isChanged || failure?.step === 'shapes') {
      if ('thrown' in shapes) problems.push(shapes)
      else {
        const { ofEntries } = shapes
        const isRetry = failure?.step === 'shapes'
        const fresh = isRetry ? ofEntries.flat() : added.flatMap((position) => ofEntries[position] ?? [])
        archive.unknownShapes.add([...(outcome === 'new' ? shapes.ofRow : []), ...fresh], id, at)
      }
    }
    return problems[0]
  }

  #record(id: string, { step, thrown }: Problem): void {
    const { archive, run } = this.#context
    const { code = 'unforeseen', body } = isHansardError(thrown) ? thrown : {}
    archive.failures.record({ conversation: id, step, code, message: messageOf(thrown), body }, run, now())
  }

  /** Stores the outcome of a conversation and counts it for the run in the same transaction. */
  #soon(id: string, work: () => FetchOutcome, { isCompared = false, recall }: Soon = {}): FetchOutcome {
    const { archive, run } = this.#context
    const counted = () => {
      const outcome = work()
      archive.runs.count(run, outcome, isCompared)
      return outcome
    }
    return archive.soon(counted, (outcome) => this.#options.onLost(id, outcome, isCompared), recall)
  }
}

/** How the outcome of a conversation is stored. */
interface Soon {
  readonly isCompared?: boolean
  /** Reads back what the work needs to be done again. */
  readonly recall?: () => void
}

/** Reads the entries of a conversation that was just stored. There is none if SQLite has rolled the batch back by itself. */
function readBack(archive: Archive, id: string): string[] {
  const stored = archive.conversations.read(id)
  if (stored === undefined) throw new HansardError('not-found', `Conversation ${id} is not stored any more`)
  return [...stored.entries()]
}

function isAccepted(failure: OpenFailure | undefined): boolean {
  return (failure?.acknowledgedAt ?? null) !== null
}

/** Returns when a conversation last changed; now if its row does not tell, or only times in the future. */
function changedAt(row: string, at: string): string {
  const facts = rowFacts(JSON.parse(row))
  const times = [facts?.updatedAt, facts?.createdAt].map((time) => Date.parse(time ?? ''))
  const changed = times.find((time) => time <= Date.now())
  return changed === undefined ? at : new Date(changed).toISOString()
}

function now(): string {
  return new Date().toISOString()
}
