import { hash } from 'node:crypto'

import { stringIn, stringMember } from '../../model/entries/fields.ts'
import { canonicalJson } from '../../model/json/canonical-json.ts'
import { elements, isArrayText, member } from '../../model/json/json-text.ts'
import { isJson } from '../../model/json/parse-json.ts'
import { readEntry, type SourceEntry } from '../plan/source.ts'

/**
 * Hashes the content of entries: the same for what is sent and what the target returns. Ids, times and other fields
 * that the service sets are left out; so are images and links, which may change their form.
 */
export function fingerprintOf(entries: readonly string[]): string {
  return hash('sha256', JSON.stringify(entries.map(canonicalEntry)), 'hex')
}

/** Returns the JSON texts of a body's inputs. */
export function readInputs(body: string): readonly string[] {
  return elements(member(body, 'inputs')?.value ?? '[]')
}

/** Types of entries that only a client sends. */
const clientTypes = ['message.input', 'function.result']

/** Returns whether the service may have generated all of these entries. */
export function mayBeGenerated(entries: readonly string[]): boolean {
  return !entries.some(isSentByClient)
}

/** Returns whether an entry can only have been sent by a client. */
export function isSentByClient(text: string, position: number): boolean {
  return clientTypes.includes(readEntry(text, position).type)
}

function canonicalEntry(text: string): readonly (string | null)[] {
  const { type, fields } = readEntry(text, 0)
  switch (type) {
    case 'message.input':
      return [stringIn(fields.get('role')) ?? 'user', messageText(fields.get('content'))]
    case 'message.output':
      return ['assistant', messageText(fields.get('content'))]
    case 'function.call':
      return [
        'call',
        stringIn(fields.get('name')),
        callId(fields),
        canonicalArguments(fields.get('arguments')),
      ]
    case 'function.result':
      return ['result', callId(fields), stringIn(fields.get('result'))]
    default:
      return [type, stringIn(fields.get('name'))]
  }
}

/** The text of a message; for other chunks only their type. */
function messageText(content = 'null'): string {
  if (!isArrayText(content)) return stringIn(content) ?? content
  return elements(content)
    .map((chunk) => {
      const type = stringMember(chunk, 'type')
      return type === 'text' ? (stringMember(chunk, 'text') ?? '') : `[${type ?? ''}]`
    })
    .join('')
}

function callId(fields: SourceEntry['fields']): string | null {
  return stringIn(fields.get('tool_call_id'))
}

/** Arguments as canonical JSON, whether they come as an object or as a string of JSON. */
export function canonicalArguments(given = 'null'): string {
  const text = stringIn(given) ?? given
  return isJson(text) ? canonicalJson(text) : text
}
