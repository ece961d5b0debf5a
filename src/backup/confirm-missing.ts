import type { ConversationsClient, CallOptions } from '../api/client.ts'
import { HansardError, isHansardError } from '../errors.ts'

/**
 * Reads a part of a conversation. A 404 of its history or messages does not say that it is gone: `get` is asked, and
 * only its own 404 comes out as `not-found`.
 */
export async function readPart<T>(
  client: ConversationsClient,
  id: string,
  part: 'history' | 'messages',
  read: () => Promise<T>,
  call: CallOptions,
): Promise<T> {
  try {
    return await read()
  } catch (thrown) {
    if (!isHansardError(thrown, 'not-found')) throw thrown
    await client.get(id, call)
    throw new HansardError(
      'service-failed',
      `The API returns 404 for its ${part}, but the conversation exists`,
      {
        ...{ status: thrown.status, cause: thrown },
        hint: 'Run the same command again later.',
      },
    )
  }
}
