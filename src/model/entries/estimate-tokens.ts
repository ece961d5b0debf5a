import { isContainer, isObject } from '../json/parse-json.ts'

/** Tokens of an entry beside its text. */
const OVERHEAD = 4

/** Tokens of an image, or of a document behind a link: a guess, since neither is read here. */
const PICTURE = 1_000

/** Members of an entry that a model is not given as text. */
const ENVELOPE = new Set([
  ...['object', 'type', 'id', 'conversation_id', 'created_at', 'completed_at', 'role', 'prefix'],
  ...['model', 'agent_id', 'tool_call_id', 'confirmation_status'],
])

/** Estimates the tokens of a JSON text: those of its values, and some for the entry as such. */
export function tokensOf(json: string): number {
  return OVERHEAD + valueTokens(JSON.parse(json))
}

/** Estimates the tokens of a parsed entry as it is in a history: its content, without its ids, times and author. */
export function entryTokens(entry: unknown): number {
  if (!isObject(entry)) return OVERHEAD + valueTokens(entry)
  let tokens = OVERHEAD
  for (const [key, value] of Object.entries(entry)) if (!ENVELOPE.has(key)) tokens += valueTokens(value)
  return tokens
}

/**
 * Estimates the tokens of a parsed value: one per four ASCII characters and one per two others in its strings. Keys are
 * not counted. A loop, not a recursion: the sender chooses the depth.
 */
function valueTokens(all: unknown): number {
  let tokens = 0
  const values = [all]
  while (values.length > 0) {
    const value = values.pop()
    if (typeof value === 'string') tokens += Math.ceil(textTokens(value))
    else if (typeof value === 'number' || typeof value === 'boolean') tokens += 1
    else if (isContainer(value)) {
      for (const [key, inner] of Object.entries(value)) if (key !== 'type') values.push(inner)
    }
  }
  return tokens
}

/** Estimates the tokens of a text as a fraction, so that the parts of a text add up to the whole. */
export function textTokens(text: string): number {
  if (text.startsWith('data:')) return PICTURE
  let others = 0
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) others++
  return (text.length - others) / 4 + others / 2
}
