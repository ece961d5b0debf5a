import type { ChunkView } from '../../model/entries/chunk-view.ts'
import { linkOrAttachment, toolFileParts } from './attachments.ts'
import { FOOTNOTE_MARK, blockQuote } from './block-quote.ts'
import { codeBlock, jsonCodeBlock } from './code-block.ts'
import { sanitize, escapeMarkdown } from './escape-markdown.ts'
import type { EntryScope, PagePart } from './page-parts.ts'
import { safeLink } from './safe-links.ts'
import { countFootnotes } from './unsafe-markdown.ts'

/** Yields the content of a message: its text as block quotes with footnotes, and other chunks as blocks of their own. */
export function* contentParts(chunks: readonly ChunkView[], scope: EntryScope): Generator<PagePart> {
  if (chunks.length === 0) yield '*no content*\n\n'
  let flow: TextRun = { text: '', cited: [] }
  for (const chunk of chunks) {
    const isText = addToRun(flow, chunk, scope)
    if (isText && chunk.rest === undefined) continue
    yield* quotedText(flow)
    flow = { text: '', cited: [] }
    if (!isText) yield* chunkBlock(chunk, scope)
    if (chunk.rest !== undefined) yield* jsonCodeBlock(chunk.rest)
  }
  yield* quotedText(flow)
}

/** Yields text as a block quote. */
export function textParts(text: string): Generator<string> {
  return quotedText({ text: sanitize(text), cited: [] })
}

/** A run of text, with a `FOOTNOTE_MARK` for each of its footnote references, in order. */
interface TextRun {
  text: string
  cited: string[]
}

/** Adds a chunk to a run of text, which can be split at any place; returns false for a chunk that is a block of its own. */
function addToRun(flow: TextRun, chunk: ChunkView, scope: EntryScope): boolean {
  if (chunk.kind === 'text') {
    flow.text += sanitize(chunk.text)
    return true
  }
  if (chunk.kind !== 'source' && chunk.kind !== 'reference') return false
  flow.text += FOOTNOTE_MARK
  flow.cited.push(scope.cite(footnoteText(chunk)))
  return true
}

/** Returns the text of a footnote, on one line. */
function footnoteText(chunk: ChunkView & { readonly kind: 'source' | 'reference' }): string {
  if (chunk.kind === 'reference')
    return `Reference ids: ${escapeMarkdown(chunk.ids.join(', '), Infinity) || 'none'}`
  const { url, title, tool = 'a tool', description } = chunk
  const source =
    url === undefined ? escapeMarkdown(title ?? 'no address', Infinity) : safeLink(title ?? url, url)
  const about = description === undefined ? '' : ` – ${escapeMarkdown(description, Infinity)}`
  return `Found by ${escapeMarkdown(tool, Infinity)}: ${source}${about}`
}

function* quotedText({ text, cited }: TextRun): Generator<string> {
  if (text === '') return
  yield* quoteWithFootnotes(text, cited) ?? quoteWithSourceList(text.replaceAll(FOOTNOTE_MARK, ''), cited)
}

/** Returns undefined if a reference would be inside code, or if the text cannot be quoted. */
function quoteWithFootnotes(text: string, cited: readonly string[]): string[] | undefined {
  let i = 0
  // Text next to a reference must not turn it into a link, a definition or another footnote.
  const quote = blockQuote(text)
    ?.replaceAll(/\^(?=\0)|(?<=\0)[([:{]/g, '\\$&')
    .replaceAll(FOOTNOTE_MARK, () => cited[i++] ?? '')
  if (quote === undefined || (cited.length > 0 && countFootnotes(quote) !== cited.length)) return undefined
  return [quote, '\n\n']
}

function* quoteWithSourceList(text: string, cited: readonly string[]): Generator<string> {
  yield* cited.length === 0
    ? codeBlock(text, 'text')
    : (quoteWithFootnotes(text, []) ?? codeBlock(text, 'text'))
  if (cited.length > 0) yield `Sources: ${cited.join(' ')}\n\n`
}

function* chunkBlock(chunk: ChunkView, scope: EntryScope): Generator<PagePart> {
  switch (chunk.kind) {
    case 'image':
      return yield* linkOrAttachment('Image', { url: chunk.url }, scope)
    case 'document':
      return yield* linkOrAttachment('Document', { url: chunk.url ?? '', name: chunk.name }, scope)
    case 'file':
      return yield* toolFileParts(chunk, scope)
    case 'thinking':
      yield '<details>\n<summary>Thinking</summary>\n\n'
      yield* contentParts(chunk.chunks, scope)
      return yield '</details>\n\n'
    case 'unknown':
      return yield* jsonCodeBlock(chunk.json)
  }
}
