import type { CallOptions, ConversationsClient } from '../../api/client.ts'
import { HansardError, isHansardError } from '../../errors.ts'
import { rowFacts } from '../../model/conversation-row.ts'
import { compact } from '../../model/json/json-text.ts'
import { redactSecrets } from '../../model/secrets/redact-json.ts'
import { classifyRefusal } from './key-refusal.ts'

/**
 * Reads the row of a conversation: compact, secrets redacted.
 *
 * @throws HansardError `not-found`: only this proves that the conversation is gone; `unexpected-shape` for the row of
 *   another one, which proves nothing
 */
export async function readRow(client: ConversationsClient, id: string, call: CallOptions): Promise<string> {
  const { text, json } = await client
    .get(id, call)
    .catch((thrown: unknown) => classifyRefusal(client, id, 'get', thrown, call))
  if (rowFacts(json)?.id === id) return redactSecrets(compact(text))
  const what = 'The API answered for another conversation than the one asked for'
  throw new HansardError('unexpected-shape', what, { body: redactSecrets(text) })
}

/**
 * Reads a part of a conversation. A 404 of its history or messages does not prove that it is gone: `get` is asked, and
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
    if (!isHansardError(thrown, 'not-found')) {
      const operation = part === 'history' ? 'getHistory' : 'getMessages'
      return classifyRefusal(client, id, operation, thrown, call)
    }
    await readRow(client, id, call)
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
