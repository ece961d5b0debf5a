import type { ConversationsClient } from '../api/client.ts'
import type { Archive } from '../archive/archive.ts'
import type { Failure } from '../archive/failures.ts'
import { HansardError, isHansardError, messageOf } from '../errors.ts'
import { referencesOf } from '../model/references.ts'
import { unknownShapes } from '../model/unknown-shapes.ts'
import type { Candidate } from './candidates.ts'
import { fetchConversation, type Fetched } from './fetch-conversation.ts'

/** What became of a conversation. */
export type Outcome = 'new' | 'updated' | 'unchanged' | 'failed' | 'vanished'

/** A run as its parts see it. */
export interface RunContext {
  readonly client: ConversationsClient
  readonly archive: Archive
  /** The number of the run. */
  readonly run: number
  readonly signal: AbortSignal
}

/** What makes going on pointless, for this conversation and for all others. */
const fatal = new Set([
  ...['key-refused', 'payment-required', 'no-allowance', 'interrupted'],
  ...['file', 'archive-damaged', 'archive-locked'],
])

/** Tells whether an error ends the whole run. */
export function isFatal(thrown: unknown): boolean {
  return isHansardError(thrown) && fatal.has(thrown.code)
}

/** Conversations that may fail one after the other for want of the service, before the run is stopped. */
const FAILURES_IN_A_ROW = 20

const unreachable = new Set(['network', 'timeout', 'service-failed', 'rate-limited'])

/** Fetches conversations and stores them, or writes down why not. */
export class Fetcher {
  readonly #context: RunContext
  readonly #messages: boolean
  readonly #onLost: (id: string, outcome: Outcome) => void
  #failuresInARow = 0

  /** `onLost` is told of outcomes that the disk did not take after all. */
  constructor(
    context: RunContext,
    { messages, onLost }: { messages: boolean; onLost: (id: string, outcome: Outcome) => void },
  ) {
    this.#context = context
    this.#messages = messages
    this.#onLost = onLost
  }

  /** Fetches one conversation and stores it as a whole. */
  async fetch(candidate: Candidate): Promise<Outcome> {
    const { client, signal } = this.#context
    let step: Failure['step'] = 'history'
    const hold = client.holdBodies()
    try {
      const onStep = (begun: Failure['step']) => (step = begun)
      const fetched = await fetchConversation(client, candidate, hold, {
        messages: this.#messages,
        signal,
        onStep,
      })
      step = 'store'
      const outcome = this.#store(fetched, candidate)
      this.#failuresInARow = 0
      return outcome
    } catch (thrown) {
      if (isFatal(thrown) || signal.aborted) throw thrown
      if (isHansardError(thrown, 'not-found')) return this.#vanish(candidate)
      return this.fail(candidate, step, thrown)
    } finally {
      hold.release()
    }
  }

  /** Writes a failure down; one that was accepted is no failure of this run. */
  fail({ id, failure }: Candidate, step: Failure['step'], thrown: unknown): Outcome {
    const { archive, run } = this.#context
    const { code = 'unforeseen', body } = isHansardError(thrown) ? thrown : {}
    const message = messageOf(thrown)
    const outcome: Outcome = (failure?.acknowledgedAt ?? null) === null ? 'failed' : 'unchanged'
    archive.soon(
      () => archive.failures.record({ conversation: id, step, code, message, body }, run, now()),
      () => this.#onLost(id, outcome),
    )
    this.#failuresInARow = unreachable.has(code) ? this.#failuresInARow + 1 : 0
    if (this.#failuresInARow >= FAILURES_IN_A_ROW) {
      throw new HansardError('service-failed', `The service can’t be reached: ${message}`, {
        hint: 'What was stored is safe. Run the same command again later: it goes on where this one stopped.',
        cause: thrown,
      })
    }
    return outcome
  }

  #store(fetched: Fetched, { failure }: Candidate): Outcome {
    const { archive, run } = this.#context
    const { id, row, history } = fetched
    const at = now()
    const store = () => {
      if (failure !== undefined) archive.failures.resolve(id, at)
      const { outcome, isRevived, altered, added } = archive.conversations.store(fetched, run, at)
      const tell = (kind: 'revived' | 'history-altered' | 'messages-differ', detail: string) =>
        archive.events.add({ kind, conversation: id, detail }, run, at)
      if (isRevived) tell('revived', 'it had been gone, and is back')
      if (outcome === 'unchanged') return outcome
      if (altered !== undefined) tell('history-altered', `${altered}; both are kept`)
      if (fetched.messagesDiffer)
        tell('messages-differ', 'its messages are not those of its history; both are kept')
      archive.dependencies.want(referencesOf(row, history.entries), at)
      const fresh = added.map((position) => history.entries[position] ?? '')
      archive.unknownShapes.add(unknownShapes(outcome === 'new' ? row : undefined, fresh), id, at)
      return outcome
    }
    return archive.soon(store, (outcome) => this.#onLost(id, outcome))
  }

  #vanish({ id, failure }: Candidate): Outcome {
    const { archive } = this.#context
    if (failure !== undefined) archive.soon(() => archive.failures.resolve(id, now()))
    return 'vanished'
  }
}

function now(): string {
  return new Date().toISOString()
}
