import { isContainer } from '../model/json/parse-json.ts'
import { redactBody } from '../model/secrets/redact-json.ts'
import { redactText } from '../model/secrets/redact-text.ts'
import type { Scrub } from './key-scrubber.ts'

const MAX_LENGTH = 500
const MAX_PROBLEMS = 5

/** Summarizes the body of an error response in one line of at most 500 characters, without control characters. */
export function detailOf(text: string, json: object | undefined, scrub: Scrub): string {
  const detail =
    json === undefined
      ? textOfPage(redactBody(text))
      : [messageIn(json) || redactBody(text), ...factsIn(json)].join(' ')
  // Scrub again, because parsing may have decoded an escaped key, and before cutting, so that no half of a key is left.
  return oneLine(redactText(scrub(detail)))
}

function messageIn(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.slice(0, MAX_PROBLEMS).map(problemText).join('; ')
  if (!isContainer(value)) return ''
  for (const key of ['message', 'detail', 'error', 'msg']) {
    const message = key in value ? messageIn(value[key as keyof typeof value]) : ''
    if (message !== '') return message
  }
  return ''
}

/** One problem of a validation: `{loc, msg, type}`. */
function problemText(value: unknown): string {
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

/** The title of an HTML page, or its text. */
function textOfPage(text: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1]
  return title ?? text.slice(0, 20 * MAX_LENGTH).replaceAll(/<[^>]*>/g, ' ')
}

function oneLine(text: string): string {
  const plain = text
    .replaceAll(/[\s\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ')
    .trim()
  return plain.length > MAX_LENGTH ? `${plain.slice(0, MAX_LENGTH).replace(/\p{Surrogate}$/u, '')}…` : plain
}
