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
 * Returns a function that records how a conversation ended (`thrown` is undefined for success), and throws
 * `service-failed` once the service seems to be down. Conversations that failed in earlier runs too say little about the
 * service: if only those failed, the run goes on as long as the service still lists.
 */
export function outageDetector(client: ConversationsClient, signal: AbortSignal) {
  let inARow = 0
  let newInARow = 0
  return async (thrown: unknown, hasFailedBefore: boolean): Promise<void> => {
    if (!isUnreachable(thrown)) {
      inARow = 0
      newInARow = 0
      return
    }
    inARow++
    if (!hasFailedBefore) newInARow++
    if (inARow < MAX_CONSECUTIVE_FAILURES) return
    if (newInARow === 0 && (await lists(client, signal))) {
      inARow = 0
      return
    }
    throw new HansardError('service-failed', `The service cannot be reached: ${messageOf(thrown)}`, {
      hint: 'Everything fetched so far is stored. Run the same command again later: it continues from there.',
      cause: thrown,
    })
  }
}

async function lists(client: ConversationsClient, signal: AbortSignal): Promise<boolean> {
  try {
    await probeListing(client, signal)
    return true
  } catch (thrown) {
    if (isFatal(thrown)) throw thrown
    return false
  }
}
