import { hash } from 'node:crypto'

import { stringIn, stringMember } from '../../model/entries/fields.ts'
import { canonicalJson } from '../../model/json/canonical-json.ts'
import { elements, isArrayText, member } from '../../model/json/json-text.ts'
import { isJson } from '../../model/json/parse-json.ts'
import { readEntry, type SourceEntry } from '../plan/source.ts'

/**
 * What entries look like in a history: a hash of who said what, which is the same for what was sent and for what comes
 * back. Ids, times and other things that the service gives are left out; so is the form of a picture or a link.
 */
export function fingerprintOf(entries: readonly string[]): string {
  return hash('sha256', JSON.stringify(entries.map(sayingOf)), 'hex')
}

/** The texts of the inputs in a body. */
export function inputsOf(body: string): readonly string[] {
  return elements(member(body, 'inputs')?.value ?? '[]')
}

/** Types that stand in a history only because somebody sent them. */
const sentOnly = ['message.input', 'function.result']

/** Tells whether all of these entries may have been made by the service. */
export function mayBeGenerated(entries: readonly string[]): boolean {
  return !entries.some(isSentOnly)
}

/** Tells whether an entry stands in a history only because somebody sent it. */
export function isSentOnly(text: string, position: number): boolean {
  return sentOnly.includes(readEntry(text, position).type)
}

function sayingOf(text: string): readonly (string | null)[] {
  const { type, fields } = readEntry(text, 0)
  switch (type) {
    case 'message.input':
      return [stringIn(fields.get('role')) ?? 'user', words(fields.get('content'))]
    case 'message.output':
      return ['assistant', words(fields.get('content'))]
    case 'function.call':
      return ['call', stringIn(fields.get('name')), callId(fields), argumentsOf(fields)]
    case 'function.result':
      return ['result', callId(fields), stringIn(fields.get('result'))]
    default:
      return [type, stringIn(fields.get('name'))]
  }
}

/** The text of a message; of any other chunk only that it is there. */
function words(content = 'null'): string {
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

/** Arguments are an object, or a string that may hold one: both say the same. */
export function argumentsOf(fields: SourceEntry['fields']): string {
  const given = fields.get('arguments') ?? 'null'
  const text = stringIn(given) ?? given
  return isJson(text) ? canonicalJson(text) : text
}
