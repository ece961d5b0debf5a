import type { ConversationsClient } from '../../api/client.ts'
import { HansardError, isHansardError, messageOf } from '../../errors.ts'
import { isFatal } from './fatal-errors.ts'
import { probeListing } from './probe-listing.ts'

/** Number of conversations in a row that may fail because the service does not respond, before the run stops. */
const MAX_CONSECUTIVE_FAILURES = 20

const unreachable = new Set(['network', 'timeout', 'service-failed', 'rate-limited'])

function isUnreachable(thrown: unknown): boolean {
  return isHansardError(thrown) && unreachable.has(thrown.code) && thrown.status !== 404
}

/**
 * Stops a run when the service seems to be down. Conversations that failed in earlier runs too say little about the
 * service: if only those failed, the run goes on as long as the service still lists.
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
   * Records how a conversation ended.
   *
   * @param thrown the error, undefined for success
   * @param hasFailedBefore whether it failed in an earlier run too
   * @throws HansardError `service-failed` once the service counts as down
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
      hint: 'Everything fetched so far is stored. Run the same command again later: it continues from there.',
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
