import type { ChunkView } from '../../model/entries/chunk-view.ts'
import { sanitizeText } from '../../model/sanitize-text.ts'
import { joinRun, splitContent, type CitedChunk, type LoneChunk, type TextRun } from '../pages/text-run.ts'
import { referredTo } from '../pages/referred-files.ts'
import { referredParts } from './attachments.ts'
import { FOOTNOTE_MARK, blockQuote } from './block-quote.ts'
import { codeBlock, jsonCodeBlock } from './code-block.ts'
import { escapeMarkdown } from './escape-markdown.ts'
import type { FootnoteScope, PagePart } from './page-parts.ts'
import { safeLink } from './safe-links.ts'
import { countFootnotes } from './unsafe-markdown.ts'

/** Yields the content of a message: its text as block quotes with footnotes, and other chunks as blocks of their own. */
export function* contentParts(chunks: readonly ChunkView[], scope: FootnoteScope): Generator<PagePart> {
  if (chunks.length === 0) yield '*no content*\n\n'
  for (const part of splitContent(chunks)) {
    switch (part.kind) {
      case 'run':
        yield* quotedText(
          joinRun(part.chunks, FOOTNOTE_MARK, sanitizeText, (cited) => scope.footnote(footnoteText(cited))),
        )
        break
      case 'chunk':
        yield* chunkBlock(part.chunk, scope)
        break
      case 'rest':
        yield* jsonCodeBlock(part.json)
    }
  }
}

/** Yields text as a block quote. */
export function textParts(text: string): Generator<string> {
  return quotedText({ text: sanitizeText(text), cited: [] })
}

/** Returns the text of a footnote, on one line. */
function footnoteText(chunk: CitedChunk): string {
  if (chunk.kind === 'reference')
    return `Reference ids: ${escapeMarkdown(chunk.ids.join(', '), Infinity) || 'none'}`
  const { url, title, tool = 'a tool', description } = chunk
  const source =
    url === undefined ? escapeMarkdown(title ?? 'no address', Infinity) : safeLink(title ?? url, url)
  const about = description === undefined ? '' : ` – ${escapeMarkdown(description, Infinity)}`
  return `Found by ${escapeMarkdown(tool, Infinity)}: ${source}${about}`
}

function* quotedText({ text, cited }: TextRun<string>): Generator<string> {
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

/** Not a generator, so that the compiler finds a kind without a case. */
function chunkBlock(chunk: LoneChunk, scope: FootnoteScope): Iterable<PagePart> {
  switch (chunk.kind) {
    case 'image':
    case 'document':
    case 'file':
      return referredParts(referredTo(chunk, scope.archived), scope)
    case 'thinking':
      return thinkingParts(chunk.chunks, scope)
    case 'unknown':
      return jsonCodeBlock(chunk.json)
  }
}

function* thinkingParts(chunks: readonly ChunkView[], scope: FootnoteScope): Generator<PagePart> {
  yield '<details>\n<summary>Thinking</summary>\n\n'
  yield* contentParts(chunks, scope)
  yield '</details>\n\n'
}
