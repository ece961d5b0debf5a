import type { ChunkView } from '../../model/entries/chunk-view.ts'
import { clean, escaped } from './escape.ts'
import { fence, jsonFence } from './fence.ts'
import { linked, toolFile } from './file-links.ts'
import { footnotesIn } from './hazards.ts'
import { link } from './links.ts'
import type { EntryScope, PagePart } from './page-parts.ts'
import { CITED, quotation } from './quote.ts'

/** What a message says: its text as a quotation with what it cites, and what stands between as blocks of their own. */
export function* contentParts(chunks: readonly ChunkView[], scope: EntryScope): Generator<PagePart> {
  if (chunks.length === 0) yield '*no content*\n\n'
  let flow: Flow = { text: '', cited: [] }
  for (const chunk of chunks) {
    const isText = addToFlow(flow, chunk, scope)
    if (isText && chunk.rest === undefined) continue
    yield* quoted(flow)
    flow = { text: '', cited: [] }
    if (!isText) yield* block(chunk, scope)
    if (chunk.rest !== undefined) yield* jsonFence(chunk.rest)
  }
  yield* quoted(flow)
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

/** The chunks that make one text, which may be cut anywhere; false for those that stand alone. */
function addToFlow(flow: Flow, chunk: ChunkView, scope: EntryScope): boolean {
  if (chunk.kind === 'text') {
    flow.text += clean(chunk.text)
    return true
  }
  if (chunk.kind !== 'source' && chunk.kind !== 'reference') return false
  flow.text += CITED
  flow.cited.push(scope.cite(noteOf(chunk)))
  return true
}

/** A footnote is one line, as long as it is. */
function noteOf(chunk: ChunkView & { readonly kind: 'source' | 'reference' }): string {
  if (chunk.kind === 'reference') return `Reference ids: ${escaped(chunk.ids.join(', '), Infinity) || 'none'}`
  const { url, title, tool = 'a tool', description } = chunk
  const source = url === undefined ? escaped(title ?? 'no address', Infinity) : link(title ?? url, url)
  const about = description === undefined ? '' : ` – ${escaped(description, Infinity)}`
  return `Found by ${escaped(tool, Infinity)}: ${source}${about}`
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

function* block(chunk: ChunkView, scope: EntryScope): Generator<PagePart> {
  switch (chunk.kind) {
    case 'image':
      return yield* linked('Image', { url: chunk.url }, scope)
    case 'document':
      return yield* linked('Document', { url: chunk.url ?? '', name: chunk.name }, scope)
    case 'file':
      return yield* toolFile(chunk, scope)
    case 'thinking':
      yield '<details>\n<summary>Thinking</summary>\n\n'
      yield* contentParts(chunk.chunks, scope)
      return yield '</details>\n\n'
    case 'unknown':
      return yield* jsonFence(chunk.json)
  }
}
