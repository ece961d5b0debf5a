import { isObject } from '../../model/json/parse-json.ts'

/** The fields of an entry that checks and responder use. Any of them can be missing: stories contain every oddity. */
export interface ParsedEntry {
  readonly type: string
  readonly role: unknown
  readonly prefix: boolean
  readonly toolCallId: unknown
  /** All text of the entry, without ids and times. */
  readonly text: string
  readonly thinks: boolean
  readonly nextAgent: unknown
}

/** Parses an entry. */
export function parseEntry(text: string): ParsedEntry {
  const value: unknown = JSON.parse(text)
  const entry = isObject(value) ? value : {}
  const chunks = Array.isArray(entry['content']) ? entry['content'].filter(isObject) : []
  return {
    type: typeof entry['type'] === 'string' ? entry['type'] : 'message.input',
    role: entry['role'],
    prefix: entry['prefix'] === true,
    toolCallId: entry['tool_call_id'],
    text:
      textIn(entry['content']) + textIn(entry['name']) + textIn(entry['arguments']) + textIn(entry['result']),
    thinks: chunks.some(({ type }) => type === 'thinking'),
    nextAgent: entry['next_agent_id'],
  }
}

/** Concatenates the text in a value of any shape; data: URLs count as empty. */
function textIn(value: unknown): string {
  if (typeof value === 'string') return value.startsWith('data:') ? '' : value
  if (Array.isArray(value)) return value.map(textIn).join('')
  if (!isObject(value)) return ''
  const parts = Object.entries(value).map(([key, part]) => (key === 'type' ? '' : textIn(part)))
  return parts.join('')
}
