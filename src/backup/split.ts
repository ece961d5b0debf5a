import type { EntryList } from '../archive/revisions.ts'
import { HansardError } from '../errors.ts'
import { compact, elements, isObjectText, member, replaceAt } from '../model/json-text.ts'
import { redactText } from '../model/secret-text.ts'
import { redactBody, redactEntry, redactSecrets } from '../model/secrets.ts'

/** An answer of the API: the text as it came, and what it says. */
interface Answer {
  readonly text: string
  readonly json: unknown
}

/**
 * Splits the answer to getHistory or getMessages into its envelope and the texts of its entries, without secrets.
 *
 * @throws HansardError `unexpected-shape` with the whole body, without secrets, when it is not the list of this conversation
 */
export function splitList(answer: Answer, list: 'entries' | 'messages', id: string): EntryList {
  const { text, json } = answer
  const envelope = json as Record<string, unknown> | null
  if (typeof envelope !== 'object' || envelope === null || !Array.isArray(envelope[list])) {
    throw unexpected(`the answer has no list of ${list}`, text)
  }
  if (envelope['conversation_id'] !== id) {
    throw unexpected(
      `the answer is about another conversation: ${JSON.stringify(envelope['conversation_id'])}`,
      text,
    )
  }
  const entries = elements(member(text, list)?.value ?? '').map(compact)
  const stray = entries.findIndex((entry) => !isObjectText(entry))
  if (stray !== -1) throw unexpected(`entry ${stray} is not an object`, text)
  const parsed = envelope[list] as readonly object[]
  return {
    envelope: redactSecrets(compact(replaceAt(text, [list], () => '[]'))),
    entries: entries.map((entry, i) => redactEntry(entry, Object.keys(parsed[i] ?? {}))),
  }
}

/**
 * Splits a page of the listing into the texts of its rows.
 *
 * @throws HansardError `unexpected-shape` with the whole body, without secrets, when it is not an array
 */
export function splitPage({ text, json }: Answer): string[] {
  if (!Array.isArray(json)) throw unexpected('a page of the listing is not an array', text)
  return elements(text).map(compact)
}

function unexpected(what: string, body: string): HansardError {
  return new HansardError(
    'unexpected-shape',
    `The API answered in a shape that was not expected: ${redactText(what)}`,
    {
      hint: 'What came is kept in the archive. If it comes again, please report it.',
      body: redactBody(body),
    },
  )
}
