import { isObject } from '../../model/json/parse-json.ts'

/** What the rules and the answers look at in an entry; anything may be missing, stories hold every oddity. */
export interface ParsedEntry {
  readonly type: string
  readonly role: unknown
  readonly prefix: boolean
  readonly toolCallId: unknown
  /** What was said, called or answered, without ids and times. */
  readonly text: string
  readonly thinks: boolean
  readonly nextAgent: unknown
}

/** Parses the text of an entry. */
export function parseEntry(text: string): ParsedEntry {
  const value: unknown = JSON.parse(text)
  const entry = isObject(value) ? value : {}
  const chunks = Array.isArray(entry['content']) ? entry['content'].filter(isObject) : []
  return {
    type: typeof entry['type'] === 'string' ? entry['type'] : 'message.input',
    role: entry['role'],
    prefix: entry['prefix'] === true,
    toolCallId: entry['tool_call_id'],
    text: said(entry['content']) + said(entry['name']) + said(entry['arguments']) + said(entry['result']),
    thinks: chunks.some(({ type }) => type === 'thinking'),
    nextAgent: entry['next_agent_id'],
  }
}

/** The text in a content, chunk or argument of any shape; data: URIs say nothing. */
function said(value: unknown): string {
  if (typeof value === 'string') return value.startsWith('data:') ? '' : value
  if (Array.isArray(value)) return value.map(said).join('')
  if (!isObject(value)) return ''
  const parts = Object.entries(value).map(([key, part]) => (key === 'type' ? '' : said(part)))
  return parts.join('')
}
