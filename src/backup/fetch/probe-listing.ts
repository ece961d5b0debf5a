import type { ConversationsClient } from '../../api/client.ts'
import { isHansardError } from '../../errors.ts'

/** Asks for one row of the listing, to learn whether the API answers; a row that is too large is an answer. */
export async function probeListing(client: ConversationsClient, signal: AbortSignal): Promise<void> {
  try {
    await client.list({ page: 0, pageSize: 1 }, { signal })
  } catch (thrown) {
    if (!isHansardError(thrown, 'too-large')) throw thrown
  }
}
