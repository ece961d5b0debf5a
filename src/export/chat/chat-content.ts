import type { ChunkView } from '../../model/entries/chunk-view.ts'
import type { EntryView } from '../../model/entries/entry-view.ts'
import { fieldsOf, stringIn } from '../../model/entries/fields.ts'
import { excluded } from './exclusion-reasons.ts'

/** What `--drop` can omit from a conversation, instead of excluding the conversation. */
export type Droppable = 'thinking' | 'references' | 'executions'

/** The form of every content in a file: readers such as Arrow need one type for each field. */
export type ContentForm = 'text' | 'parts'

/** How to write the content of messages. */
export interface ChatContent {
  readonly drop: ReadonlySet<Droppable>
  readonly form: ContentForm
}

export type Message = EntryView & { readonly kind: 'message' }

/** Returns the content of an assistant message as JSON. Its texts are pieces of one reply, so they are joined. */
export function assistantContent(message: Message, options: ChatContent): string {
  const text = textAsSent(message)
  return textContent(text ?? JSON.stringify(keptChunks(message, options).map(textOf).join('')), options)
}

/** Returns the content of a user message as JSON: a text, or parts if it has several. */
export function userContent(message: Message, options: ChatContent): string {
  const text = textAsSent(message)
  if (text !== undefined) return textContent(text, options)
  const parts = keptChunks(message, options)
  if (isOneText(parts)) return textContent(JSON.stringify(parts.map(textOf).join('')), options)
  const content = parts.map(partOf)
  if (options.form === 'text') throw excluded('textOnly')
  return JSON.stringify(content)
}

/** Returns a JSON string as content. */
export function textContent(text: string, { form }: ChatContent): string {
  return form === 'text' ? text : `[{"type":"text","text":${text}}]`
}

/** Returns whether a user message can be written, but only in parts. */
export function needsParts(entry: EntryView, drop: ChatContent['drop']): boolean {
  if (entry.kind !== 'message' || entry.role !== 'user') return false
  const parts = entry.chunks.filter(({ kind }) => !drop.has(droppable.get(kind)?.[0] as Droppable))
  return parts.every(({ kind }) => kind === 'text' || kind === 'image') && !isOneText(parts)
}

function isOneText(parts: readonly ChunkView[]): boolean {
  return parts.length <= 1 && parts.every(({ kind }) => kind === 'text')
}

/** Returns a content that is a string as the API sent it, so that a text of 5 MB is not copied. */
function textAsSent({ fields }: Message): string | undefined {
  const content = fields.get('content')
  return content?.startsWith('"') === true ? content : undefined
}

function keptChunks({ fields, chunks }: Message, options: ChatContent): ChunkView[] {
  if (!/^[[{]/.test(fields.get('content') ?? '')) throw excluded('content')
  return chunks.filter((chunk) => !isDropped(chunk, options))
}

const droppable: ReadonlyMap<ChunkView['kind'], readonly [Droppable, 'thinking' | 'reference']> = new Map([
  ['thinking', ['thinking', 'thinking']],
  ['source', ['references', 'reference']],
  ['reference', ['references', 'reference']],
])

function isDropped({ kind }: ChunkView, { drop }: ChatContent): boolean {
  const [what, reason] = droppable.get(kind) ?? []
  if (what === undefined || reason === undefined) return false
  if (drop.has(what)) return true
  throw excluded(reason)
}

function partOf(chunk: ChunkView): object {
  if (chunk.kind !== 'image') return { type: 'text', text: textOf(chunk) }
  const { url, fields } = chunk
  if (url === '') throw excluded('content')
  const detail = stringIn(fieldsOf(fields.get('image_url') ?? '').get('detail'))
  return { type: 'image_url', image_url: detail === null ? { url } : { url, detail } }
}

/** Types that the format has. A chunk of one of these that is still not readable has an unexpected form. */
const SUPPORTED_TYPES: ReadonlySet<string | undefined> = new Set([undefined, 'text', 'image_url'])

function textOf(chunk: ChunkView): string {
  if (chunk.kind === 'text') return chunk.text
  if (chunk.kind === 'image') throw excluded('image')
  throw SUPPORTED_TYPES.has(chunk.type) ? excluded('content') : excluded('chunk', chunk.type)
}
