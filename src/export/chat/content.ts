import { imageUrl, type Chunk } from '../../model/entry.ts'
import { member } from '../../model/json-text.ts'
import type { Json } from '../json.ts'
import { Inexpressible } from './reasons.ts'

/** What may be left away from a conversation rather than the whole conversation. */
export type Droppable = 'thinking' | 'references' | 'executions'

/** Every content of a file has one form, as tables (Arrow) give a field one type. */
export type ContentForm = 'text' | 'parts'

/** What is to be expressed, and how. */
export interface ChatContent {
  readonly drop: ReadonlySet<Droppable>
  readonly form: ContentForm
}

/** The content of an assistant's message, as JSON: its texts are pieces of one answer, so they are joined. */
export function assistantContent({ text, value: { content } }: Json, options: ChatContent): string {
  if (typeof content === 'string') return textContent(asItCame(text), options)
  return textContent(JSON.stringify(chunksIn(content, options).map(textOf).join('')), options)
}

/** The content of a user's message, as JSON: a text, or the parts that it was sent in where a file has such. */
export function userContent({ text, value: { content } }: Json, options: ChatContent): string {
  if (typeof content === 'string') return textContent(asItCame(text), options)
  const parts = chunksIn(content, options)
  if (isOneText(parts)) return textContent(JSON.stringify(parts.map(textOf).join('')), options)
  const said = parts.map(partOf)
  if (options.form === 'text') throw new Inexpressible('textOnly')
  return JSON.stringify(said)
}

/** A text as content, both as JSON. */
export function textContent(text: string, { form }: ChatContent): string {
  return form === 'text' ? text : `[{"type":"text","text":${text}}]`
}

/** Tells whether a message of the user's can't be said in one text, but in parts. */
export function needsParts({ value: { type, role, content } }: Json, drop: ChatContent['drop']): boolean {
  if (type !== 'message.input' || role !== 'user' || !Array.isArray(content)) return false
  const parts = content.filter(
    (chunk) => !isChunk(chunk) || !drop.has(droppable.get(chunk.type)?.[0] as Droppable),
  )
  const isSayable = (chunk: unknown) =>
    isChunk(chunk) && (chunk.type === 'text' || chunk.type === 'image_url')
  return parts.every(isSayable) && !isOneText(parts as Chunk[])
}

function isOneText(parts: readonly Chunk[]): boolean {
  return parts.length <= 1 && parts.every(({ type }) => type === 'text')
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
  const url = imageUrl(chunk)
  if (url === '') throw new Inexpressible('content')
  const { detail } = Object(chunk['image_url']) as Chunk
  return { type: 'image_url', image_url: typeof detail === 'string' ? { url, detail } : { url } }
}

function textOf({ type, text }: Chunk): string {
  if (type === 'image_url') throw new Inexpressible('image')
  if (type !== 'text') throw new Inexpressible('chunk', type)
  if (typeof text !== 'string') throw new Inexpressible('content')
  return text
}
