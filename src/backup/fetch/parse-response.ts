import type { JsonReply } from '../../api/client.ts'
import type { EntryList } from '../../archive/content/revisions.ts'
import { HansardError } from '../../errors.ts'
import { compactElements, member, takeList } from '../../model/json/json-text.ts'
import { isObject } from '../../model/json/parse-json.ts'
import { redactBody, redactEntry, redactSecrets } from '../../model/secrets/redact-json.ts'
import { redactText } from '../../model/secrets/redact-text.ts'

/** A response of the API: its text as received, and the parsed value. */
type ApiResponse = Pick<JsonReply, 'text' | 'json'>

/** A list of entries, also as JSON.parse reads them. */
export interface ParsedList extends EntryList {
  readonly values: readonly unknown[]
}

/**
 * Splits the response to getHistory or getMessages into its envelope and the texts of its entries, with secrets redacted.
 *
 * @throws HansardError `unexpected-shape`, with the redacted body, if it is not the list of this conversation
 */
export function parseEntryList(answer: ApiResponse, list: 'entries' | 'messages', id: string): ParsedList {
  const { text, json: envelope } = answer
  if (!isObject(envelope) || !Array.isArray(envelope[list])) {
    throw unexpected(`it has no list of ${list}`, text)
  }
  if (envelope['conversation_id'] !== id) {
    throw unexpected(`it is about another conversation: ${JSON.stringify(envelope['conversation_id'])}`, text)
  }
  const values: readonly unknown[] = envelope[list]
  const stray = values.findIndex((value) => !isObject(value))
  if (stray !== -1) throw unexpected(`entry ${stray} is not an object`, text)
  const taken = takeList(text, list)
  return {
    envelope: redactSecrets(taken.envelope),
    entries: taken.elements.map((entry, i) => redactEntry(entry, Object.keys(values[i] ?? {}))),
    values,
  }
}

/** A page of the listing. */
export interface ListPage {
  /** The rows, parsed. */
  readonly rows: readonly unknown[]
  /** The texts of the same rows as received, except for white space. */
  readonly texts: readonly string[]
  /** The response says that more rows follow; only an envelope can. */
  readonly saysMore: boolean
}

/**
 * Splits a page of the listing into its rows: a bare array, as the specification says, or the `data` of an envelope
 * (`object: "list"`), as other lists of the API are.
 *
 * @throws HansardError `unexpected-shape`, with the redacted body, if it is neither
 */
export function parsePage({ text, json }: ApiResponse): ListPage {
  if (Array.isArray(json)) return { rows: json, texts: compactElements(text), saysMore: false }
  const { object, data, has_more: more } = Object(json) as Readonly<Record<string, unknown>>
  if (object !== 'list' || !Array.isArray(data))
    throw unexpected('a page of the listing is not an array', text)
  const texts = compactElements(member(text, 'data')?.value ?? '')
  return { rows: data, texts, saysMore: more === true }
}

function unexpected(what: string, body: string): HansardError {
  return new HansardError('unexpected-shape', `Unexpected response from the API: ${redactText(what)}`, {
    hint: 'Check the base URL and the proxy. If it happens again, please report it; `hansard api` shows the response.',
    body: redactBody(body),
  })
}
