import type { CallOptions, ConversationsClient, JsonReply } from '../../api/client.ts'
import { HansardError, isHansardError } from '../../errors.ts'
import { stringMember } from '../../model/entries/fields.ts'
import { compact, elements, isArrayText, isObjectText, member, members } from '../../model/json/json-text.ts'
import { redactBody, redactEntry, redactSecrets } from '../../model/secrets/redact-json.ts'
import type { FetchedCopy } from './certificate.ts'

/**
 * Reads a copy at the target; undefined if it does not exist. `options.hold` keeps its bodies counted in the memory
 * budget.
 *
 * @throws HansardError `unexpected-shape`; otherwise the error of the request that failed
 */
export async function fetchCopy(
  client: ConversationsClient,
  id: string,
  options: CallOptions,
): Promise<FetchedCopy | undefined> {
  const row = await fetchRow(client, id, options)
  // Only `get` proves that it does not exist: a 404 of the history proves nothing.
  return row === undefined ? undefined : { row, entries: entriesOf(await client.getHistory(id, options), id) }
}

async function fetchRow(
  client: ConversationsClient,
  id: string,
  options: CallOptions,
): Promise<string | undefined> {
  try {
    const { text } = await client.get(id, options)
    if (stringMember(text, 'id') === id) return redactSecrets(compact(text))
    throw unexpected('the row belongs to another conversation', text)
  } catch (thrown) {
    if (isHansardError(thrown, 'not-found')) return undefined
    throw thrown
  }
}

function entriesOf({ text }: JsonReply, id: string): string[] {
  const list = isObjectText(text) ? member(text, 'entries')?.value : undefined
  if (list === undefined || !isArrayText(list)) throw unexpected('the history has no entries', text)
  if (stringMember(text, 'conversation_id') !== id) {
    throw unexpected('the history belongs to another conversation', text)
  }
  return elements(list).map((entry) => {
    const keys = members(entry).map(({ key }) => key)
    return redactEntry(compact(entry), keys)
  })
}

function unexpected(what: string, body: string): HansardError {
  return new HansardError('unexpected-shape', `Unexpected response of the API: ${what}`, {
    hint: 'Try again; if it happens again, please report it.',
    body: redactBody(body),
  })
}
