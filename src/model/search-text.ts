import { chunksOf, type Chunk } from './entry.ts'

/** What of an entry is searched: all that a reader sees of it, but no ids and times. What can't be read has no text. */
export function searchTextOfEntry(json: string): string {
  const parts = Object.entries(parsed(json)).filter(([key]) => !ENVELOPE.has(key))
  return parts.map(([key, value]) => (key === 'content' ? contentText(value) : plain(value))).join('\n')
}

/** What of a conversation's own row is searched: its name, description, instructions and metadata. */
export function searchTextOfRow(json: string): string {
  const { name, description, instructions, metadata } = parsed(json)
  return [name, description, instructions, metadata].map(plain).join('\n')
}

/** Members of entries that say of what kind they are, when they came and to what they belong. */
const ENVELOPE = new Set([
  ...['object', 'type', 'id', 'created_at', 'completed_at', 'role', 'model', 'prefix'],
  ...['agent_id', 'previous_agent_id', 'next_agent_id', 'tool_call_id', 'confirmation_status'],
])

/** The same for chunks. */
const CHUNK_ENVELOPE = new Set(['type', 'signature', 'closed', 'file_id', 'favicon', 'reference_ids'])

/** A text that sources interrupt is one text, as it is to its reader. */
function contentText(content: unknown): string {
  if (!Array.isArray(content) && typeof content !== 'string') return plain(content)
  return chunksOf(content).map(chunkText).join('')
}

function chunkText(chunk: Chunk): string {
  const parts = Object.entries(chunk).filter(([key]) => !CHUNK_ENVELOPE.has(key))
  const texts = parts.map(([key, value]) => (key === 'thinking' ? contentText(value) : plain(value)))
  return chunk.type === 'text' ? texts.join('\n') : `\n${texts.join('\n')}\n`
}

/** Anything else is read as its JSON, in which a line break or a letter may be written as an escape. */
function plain(value: unknown): string {
  if (value === undefined || value === null || typeof value === 'boolean') return ''
  if (typeof value !== 'string') return unescaped(JSON.stringify(value))
  return LOOKS_LIKE_JSON.test(value) ? unescaped(value) : value
}

const LOOKS_LIKE_JSON = /^\s*[[{]/

function unescaped(json: string): string {
  return json.replaceAll(/\\(?:u([0-9a-fA-F]{4})|([^u]))/g, (_, code?: string, letter = '') =>
    code === undefined
      ? (ESCAPES[letter as string] ?? String(letter))
      : String.fromCharCode(parseInt(code, 16)),
  )
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: ' ', f: ' ' }

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(json)) as Record<string, unknown>
  } catch {
    return {}
  }
}
