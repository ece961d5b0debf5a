import { imageUrl, type Chunk } from '../../model/entry.ts'
import { member } from '../../model/json-text.ts'
import type { Json } from '../json.ts'
import { Inexpressible } from './reasons.ts'

/** What may be left away from a conversation rather than the whole conversation. */
export type Droppable = 'thinking' | 'references' | 'executions'

/** What is to be expressed, and how. */
export interface ChatContent {
  readonly drop: ReadonlySet<Droppable>
  /** No content but a single text, for models that see nothing. */
  readonly textOnly: boolean
}

/** The content of an assistant's message, as JSON: its texts are pieces of one answer, so they are joined. */
export function assistantContent({ text, value: { content } }: Json, options: ChatContent): string {
  if (typeof content === 'string') return asItCame(text)
  return JSON.stringify(chunksIn(content, options).map(textOf).join(''))
}

/** The content of a user's message, as JSON: one text as a string, anything more as the parts that it was sent in. */
export function userContent({ text, value: { content } }: Json, options: ChatContent): string {
  if (typeof content === 'string') return asItCame(text)
  const parts = chunksIn(content, options)
  if (parts.length <= 1 && parts.every(({ type }) => type === 'text'))
    return JSON.stringify(parts.map(textOf).join(''))
  if (options.textOnly) throw new Inexpressible('textOnly')
  return JSON.stringify(parts.map(partOf))
}

/** A slice of what the API sent: of 5 MB nothing is copied. */
function asItCame(entry: string): string {
  return member(entry, 'content')?.value ?? 'null'
}

function chunksIn(content: unknown, options: ChatContent): Chunk[] {
  if (!Array.isArray(content)) throw new Inexpressible('content')
  if (!content.every(isChunk)) throw new Inexpressible('content')
  return content.filter((chunk) => !isDropped(chunk, options))
}

function isChunk(value: unknown): value is Chunk {
  return typeof value === 'object' && value !== null
}

const droppable: ReadonlyMap<unknown, readonly [Droppable, 'thinking' | 'reference']> = new Map([
  ['thinking', ['thinking', 'thinking']],
  ['tool_reference', ['references', 'reference']],
  ['reference', ['references', 'reference']],
])

function isDropped({ type }: Chunk, { drop }: ChatContent): boolean {
  const [kind, reason] = droppable.get(type) ?? []
  if (kind === undefined || reason === undefined) return false
  if (drop.has(kind)) return true
  throw new Inexpressible(reason)
}

function partOf(chunk: Chunk): object {
  if (chunk.type !== 'image_url') return { type: 'text', text: textOf(chunk) }
  if (imageUrl(chunk) === '') throw new Inexpressible('content')
  return { type: 'image_url', image_url: chunk['image_url'] }
}

function textOf({ type, text }: Chunk): string {
  if (type === 'image_url') throw new Inexpressible('image')
  if (type !== 'text') throw new Inexpressible('chunk', type)
  if (typeof text !== 'string') throw new Inexpressible('content')
  return text
}
