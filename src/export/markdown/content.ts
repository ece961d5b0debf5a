import { byType, imageUrl, stringOf, type Chunk } from '../../model/entry.ts'
import { fence, jsonFence } from './fence.ts'
import { linked, toolFile } from './files.ts'
import { asObject, elementsOf, memberOf, type JsonValue } from './json-value.ts'
import { footnotesIn } from './hazards.ts'
import { link } from './links.ts'
import type { EntryScope, Part } from './parts.ts'
import { clean, escaped, wordsOf } from './plain-text.ts'
import { CITED, quotation } from './quote.ts'

/** What a message says: its text as a quotation with what it cites, and what stands between as blocks of their own. */
export function* contentParts(
  content: JsonValue | undefined,
  scope: EntryScope,
  isThought = false,
): Generator<Part> {
  const { value } = content ?? {}
  if (content === undefined || value === '' || (Array.isArray(value) && value.length === 0))
    return yield '*no content*\n\n'
  if (typeof value === 'string') return yield* textParts(value)
  if (!Array.isArray(value)) return yield* jsonFence(content.text)
  yield* chunkParts(elementsOf(content), scope, isThought)
}

/** Text that somebody wrote, as a quotation. */
export function textParts(text: string): Generator<string> {
  return quoted({ text: clean(text), cited: [] })
}

/** Text, and the references to footnotes that stand in it where `CITED` does, in order. */
interface Flow {
  text: string
  cited: string[]
}

function* chunkParts(chunks: readonly JsonValue[], scope: EntryScope, isThought: boolean): Generator<Part> {
  let flow: Flow = { text: '', cited: [] }
  for (const chunk of chunks) {
    if (addToFlow(flow, asObject(chunk.value), scope)) continue
    yield* quoted(flow)
    flow = { text: '', cited: [] }
    yield* block(chunk, scope, isThought)
  }
  yield* quoted(flow)
}

/** The chunks that make one text, which may be cut anywhere; false for those that stand alone. */
function addToFlow(flow: Flow, chunk: Chunk, scope: EntryScope): boolean {
  if (chunk.type === 'text' && typeof chunk['text'] === 'string') {
    flow.text += clean(chunk['text'])
    return true
  }
  const note = byType(notes, chunk.type)?.(chunk)
  if (note === undefined) return false
  flow.text += CITED
  flow.cited.push(scope.cite(note))
  return true
}

const notes: Readonly<Record<string, (chunk: Chunk) => string>> = {
  tool_reference: (chunk) => {
    const [url, title] = [stringOf(chunk['url']), wordsOf(chunk['title'])]
    const source = url === undefined ? escaped(title ?? 'no address') : link(title ?? url, url)
    const about = stringOf(chunk['description'])
    return `Found by ${escaped(wordsOf(chunk['tool']) ?? 'a tool')}: ${source}${about === undefined ? '' : ` – ${escaped(about, 1000)}`}`
  },
  reference: (chunk) => {
    const ids = Array.isArray(chunk['reference_ids']) ? (chunk['reference_ids'] as unknown[]) : []
    return `Reference ids: ${escaped(ids.map((id) => wordsOf(id) ?? '').join(', '), 1000) || 'none'}`
  },
}

function* quoted({ text, cited }: Flow): Generator<string> {
  if (text === '') return
  yield* withNotes(text, cited) ?? withNotesBehind(text.replaceAll(CITED, ''), cited)
}

/** Undefined where a reference would stand in code, or the text can't be quoted. */
function withNotes(text: string, cited: readonly string[]): string[] | undefined {
  let i = 0
  // What stands beside a reference must not make a link, a definition or a note of it.
  const quote = quotation(text)
    ?.replaceAll(/\^(?=\0)|(?<=\0)[([:{]/g, '\\$&')
    .replaceAll(CITED, () => cited[i++] ?? '')
  if (quote === undefined || (cited.length > 0 && footnotesIn(quote) !== cited.length)) return undefined
  return [quote, '\n\n']
}

function* withNotesBehind(text: string, cited: readonly string[]): Generator<string> {
  yield* cited.length === 0 ? fence(text, 'text') : (withNotes(text, []) ?? fence(text, 'text'))
  if (cited.length > 0) yield `Sources: ${cited.join(' ')}\n\n`
}

/** A thought within a thought is shown as JSON: how deep they go is the sender’s choice. */
function* block(chunk: JsonValue, scope: EntryScope, isThought: boolean): Generator<Part> {
  const known = asObject(chunk.value) as Chunk
  if (known.type === 'image_url' && imageUrl(known) !== '') {
    yield* linked('Image', { url: imageUrl(known) }, scope)
  } else if (known.type === 'document_url' && typeof known['document_url'] === 'string') {
    yield* linked('Document', { url: known['document_url'], name: stringOf(known['document_name']) }, scope)
  } else if (known.type === 'tool_file' && typeof known['file_id'] === 'string') {
    yield* toolFile(known, scope)
  } else if (known.type === 'thinking' && !isThought) {
    yield '<details>\n<summary>Thinking</summary>\n\n'
    yield* contentParts(memberOf(chunk, 'thinking'), scope, true)
    yield '</details>\n\n'
  } else yield* jsonFence(chunk.text)
}
