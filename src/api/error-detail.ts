import { isContainer } from '../model/json/parse-json.ts'
import { redactBody } from '../model/secrets/redact-json.ts'
import { redactText } from '../model/secrets/redact-text.ts'
import type { Scrub } from './key-scrubber.ts'

const LONGEST = 500
const MOST_DETAILS = 5

/** What the body of an error says, in one bounded line without control characters; empty if it says nothing. */
export function detailOf(text: string, json: object | undefined, scrub: Scrub): string {
  const said =
    json === undefined
      ? wordsOf(redactBody(text))
      : [messageIn(json) || redactBody(text), ...factsIn(json)].join(' ')
  // Scrubbed again: escapes may have hidden the key until now; and before it is cut, so that no half of a key is left.
  return oneLine(redactText(scrub(said)))
}

function messageIn(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.slice(0, MOST_DETAILS).map(problem).join('; ')
  if (!isContainer(value)) return ''
  for (const key of ['message', 'detail', 'error', 'msg']) {
    const message = key in value ? messageIn(value[key as keyof typeof value]) : ''
    if (message !== '') return message
  }
  return ''
}

/** One of the problems that a validation found: `{loc, msg, type}`. */
function problem(value: unknown): string {
  if (!isContainer(value) || !('loc' in value) || !Array.isArray(value.loc)) return messageIn(value)
  return `${value.loc.join('.')}: ${messageIn(value)}`
}

function factsIn(json: object): string[] {
  const facts: string[] = []
  if ('code' in json && (typeof json.code === 'string' || typeof json.code === 'number'))
    facts.push(`[code ${json.code}]`)
  if ('request_id' in json && typeof json.request_id === 'string') facts.push(`[request ${json.request_id}]`)
  return facts
}

/** A page's title, or its words. */
function wordsOf(text: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1]
  return title ?? text.slice(0, 20 * LONGEST).replaceAll(/<[^>]*>/g, ' ')
}

function oneLine(text: string): string {
  const plain = text
    .replaceAll(/[\s\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ')
    .trim()
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST).replace(/\p{Surrogate}$/u, '')}…` : plain
}
