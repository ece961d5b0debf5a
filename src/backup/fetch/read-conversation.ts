import type { CallOptions, ConversationsClient, JsonReply } from '../../api/client.ts'
import { HansardError, isHansardError } from '../../errors.ts'
import { rowFacts } from '../../model/conversation-row.ts'
import { compact } from '../../model/json/json-text.ts'
import { redactSecrets } from '../../model/secrets/redact-json.ts'
import { classifyRefusal } from './key-refusal.ts'

/**
 * Reads the row of a conversation, without white space and with secrets redacted.
 *
 * @throws HansardError `not-found`, which alone proves that the conversation is gone; `unexpected-shape` if the response
 *   is the row of another conversation, which proves nothing
 */
export async function readRow(client: ConversationsClient, id: string, call: CallOptions): Promise<string> {
  const { text, json } = await client
    .get(id, call)
    .catch((thrown: unknown) => classifyRefusal(client, id, 'get', thrown, call))
  if (rowFacts(json)?.id === id) return redactSecrets(compact(text))
  const what = 'The API returned another conversation than the requested one'
  throw new HansardError('unexpected-shape', what, { body: redactSecrets(text) })
}

/**
 * Reads a part of a conversation. A 404 for its history or messages does not prove that it is gone, so `get` is called
 * too, and only a 404 from `get` is thrown as `not-found`.
 */
export async function readPart(
  client: ConversationsClient,
  id: string,
  operation: 'getHistory' | 'getMessages',
  { signal, hold }: CallOptions,
): Promise<JsonReply> {
  try {
    return await client[operation](id, { signal, hold })
  } catch (thrown) {
    if (!isHansardError(thrown, 'not-found'))
      return classifyRefusal(client, id, operation, thrown, { signal })
    await readRow(client, id, { signal })
    const part = operation === 'getHistory' ? 'history' : 'messages'
    const message = `The API returns 404 for its ${part}, but the conversation exists`
    const hint = 'Run the same command again later.'
    throw new HansardError('service-failed', message, { hint, status: thrown.status, cause: thrown })
  }
}
