import type { ConversationsClient } from '../../api/client.ts'
import { HansardError, isHansardError, messageOf } from '../../errors.ts'
import { isFatal } from './fatal-errors.ts'
import { probeListing } from './probe-listing.ts'

/** Conversations that may fail one after the other for want of the service, before the run is stopped. */
const MAX_CONSECUTIVE_FAILURES = 20

const unreachable = new Set(['network', 'timeout', 'service-failed', 'rate-limited'])

function isUnreachable(thrown: unknown): boolean {
  return isHansardError(thrown) && unreachable.has(thrown.code) && thrown.status !== 404
}

/**
 * Stops a run where the service seems to be down. Conversations that failed in earlier runs too say little about the
 * service: after a row of those alone the run goes on if the service still lists.
 */
export class OutageDetector {
  readonly #client: ConversationsClient
  readonly #signal: AbortSignal
  #inARow = 0
  #newInARow = 0

  constructor(client: ConversationsClient, signal: AbortSignal) {
    this.#client = client
    this.#signal = signal
  }

  /**
   * Notes how a conversation ended: what was thrown, undefined if nothing was, and whether it had failed before.
   *
   * @throws HansardError `service-failed` where going on is pointless
   */
  async note(thrown: unknown, hasFailedBefore: boolean): Promise<void> {
    if (!isUnreachable(thrown)) {
      this.#inARow = 0
      this.#newInARow = 0
      return
    }
    this.#inARow++
    if (!hasFailedBefore) this.#newInARow++
    if (this.#inARow < MAX_CONSECUTIVE_FAILURES) return
    if (this.#newInARow === 0 && (await this.#lists())) {
      this.#inARow = 0
      return
    }
    throw new HansardError('service-failed', `The service cannot be reached: ${messageOf(thrown)}`, {
      hint: 'What was stored is safe. Run the same command again later: it goes on where this one stopped.',
      cause: thrown,
    })
  }

  async #lists(): Promise<boolean> {
    try {
      await probeListing(this.#client, this.#signal)
      return true
    } catch (thrown) {
      if (isFatal(thrown)) throw thrown
      return false
    }
  }
}
