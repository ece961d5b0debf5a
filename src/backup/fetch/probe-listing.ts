import type { ConversationsClient } from '../../api/client.ts'
import { isHansardError } from '../../errors.ts'

/** Requests one row of the listing to check that the API responds. A row that is too large counts as a response. */
export async function probeListing(client: ConversationsClient, signal: AbortSignal): Promise<void> {
  try {
    await client.list({ page: 0, pageSize: 1 }, { signal })
  } catch (thrown) {
    if (!isHansardError(thrown, 'too-large')) throw thrown
  }
}
