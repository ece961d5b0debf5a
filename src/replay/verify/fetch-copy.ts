import { stringMember } from '../../model/entries/fields.ts'
import type { BodyHold, ConversationsClient, JsonReply } from '../../api/client.ts'
import { HansardError, isHansardError } from '../../errors.ts'
import { compact, elements, isArrayText, isObjectText, member, members } from '../../model/json/json-text.ts'
import { redactBody, redactEntry, redactSecrets } from '../../model/secrets/redact-json.ts'
import type { CopyHeader } from './certificate.ts'

/** How to read. */
export interface FetchCopyOptions {
  readonly signal?: AbortSignal | undefined
  /** Keeps the bodies counted against the memory budget. */
  readonly hold?: BodyHold | undefined
}

/**
 * Reads a copy at the target; undefined where there is none.
 *
 * @throws HansardError `unexpected-shape`, or whatever kept the API from answering
 */
export async function fetchCopy(
  client: ConversationsClient,
  id: string,
  options: FetchCopyOptions,
): Promise<CopyHeader | undefined> {
  const row = await rowOrNothing(client, id, options)
  // Only `get` says that there is none: a 404 of the history proves nothing.
  return row === undefined ? undefined : { row, entries: entriesOf(await client.getHistory(id, options), id) }
}

async function rowOrNothing(
  client: ConversationsClient,
  id: string,
  options: FetchCopyOptions,
): Promise<string | undefined> {
  try {
    return rowOf(await client.get(id, options), id)
  } catch (thrown) {
    if (isHansardError(thrown, 'not-found')) return undefined
    throw thrown
  }
}

function rowOf({ text }: JsonReply, id: string): string {
  if (stringMember(text, 'id') !== id) throw unexpected('the row is another conversation’s', text)
  return redactSecrets(compact(text))
}

function entriesOf({ text }: JsonReply, id: string): string[] {
  const list = isObjectText(text) ? member(text, 'entries')?.value : undefined
  if (list === undefined || !isArrayText(list)) throw unexpected('the history has no entries', text)
  if (stringMember(text, 'conversation_id') !== id) {
    throw unexpected('the history is another conversation’s', text)
  }
  return elements(list).map((entry) =>
    redactEntry(
      compact(entry),
      members(entry).map(({ key }) => key),
    ),
  )
}

function unexpected(what: string, body: string): HansardError {
  return new HansardError('unexpected-shape', `The API answered in a shape that was not expected: ${what}`, {
    hint: 'Try again; if it comes again, please report it.',
    body: redactBody(body),
  })
}
