import type { ChunkView } from '../../model/entries/chunk-view.ts'
import { displayText, fieldsOf } from '../../model/entries/fields.ts'
import { indented } from '../../model/json/indent-json.ts'
import { joinRun, splitContent, type CitedChunk, type LoneChunk, type TextRun } from '../pages/text-run.ts'
import { referredTo, type Referred } from '../pages/referred-files.ts'
import { isSafeUrl } from '../pages/safe-url.ts'
import type { Block, Fold } from './block.ts'
import { html, type Markup } from './markup.ts'
import { CITATION, codeMarkup, messageMarkup, plainMarkup } from './message-markup.ts'
import type { Citation, SourceScope } from './source-scope.ts'
import { textSlices, visibleText } from './visible-text.ts'

/** Longer texts are shown as they were written: a parser of Markdown could take seconds for some of them. */
const MAX_MARKDOWN = 64 * 1024

/** Yields the content of a message: its text with citations, and other chunks. */
export function* contentBlocks(
  chunks: readonly ChunkView[],
  scope: SourceScope,
  fold?: Fold,
): Generator<Block> {
  if (chunks.length === 0) yield { content: html`<p class="none">no content</p>`, fold }
  for (const part of splitContent(chunks)) {
    switch (part.kind) {
      case 'run':
        yield* textBlocks(
          joinRun(part.chunks, CITATION, visibleText, (cited) => scope.cite(sourceMarkup(cited))),
          fold,
        )
        break
      case 'chunk':
        yield* chunkBlocks(part.chunk, scope, fold)
        break
      case 'rest':
        yield* jsonBlocks(part.json, fold)
    }
  }
}

/** Yields a text as Markdown. */
export function markdownBlocks(text: string, fold?: Fold): Generator<Block> {
  return textBlocks({ text: visibleText(text), cited: [] }, fold)
}

/** Yields JSON, indented, with each token as the API sent it. */
export function* jsonBlocks(json: string, fold?: Fold): Generator<Block> {
  for (const part of indented(json)) yield* codeBlocks(part, 'json', fold)
}

/** Yields code, or any text that is shown as it is. */
export function* codeBlocks(code: string, language: string, fold?: Fold): Generator<Block> {
  for (const slice of textSlices(visibleText(code), MAX_MARKDOWN))
    yield { content: codeMarkup(slice, language), fold }
}

function sourceMarkup(chunk: CitedChunk): Markup {
  if (chunk.kind === 'reference') return html`Reference ids: ${visibleText(chunk.ids.join(', ')) || 'none'}`
  const { url, title, tool = 'a tool', description } = chunk
  const source =
    url === undefined ? html`${visibleText(title ?? 'no address')}` : linkMarkup(title ?? url, url)
  const about = description === undefined ? '' : ` – ${visibleText(description)}`
  return html`${source}${about} <span class="about">found by ${visibleText(tool)}</span>`
}

/** Returns a link if the URL is safe, otherwise its label and URL as text. */
function linkMarkup(label: string, url: string): Markup {
  if (isSafeUrl(url)) return html`<a href="${url}" rel="noreferrer noopener">${visibleText(label)}</a>`
  return label === url ? html`${visibleText(url)}` : html`${visibleText(label)} (${visibleText(url)})`
}

function* textBlocks({ text, cited }: TextRun<Citation>, fold: Fold | undefined): Generator<Block> {
  if (text === '') return
  if (text.length <= MAX_MARKDOWN) return yield { content: messageMarkup(text, marks(cited)), cited, fold }
  let shown = 0
  for (const slice of textSlices(text, MAX_MARKDOWN)) {
    const own = cited.slice(shown, shown + slice.split(CITATION).length - 1)
    yield { content: plainMarkup(slice, marks(own)), cited: own, fold }
    shown += own.length
  }
}

function marks(cited: readonly Citation[]): (number: number) => Markup {
  return (number) => cited[number]?.mark ?? html``
}

/** Not a generator, so that the compiler finds a kind without a case. */
function chunkBlocks(chunk: LoneChunk, scope: SourceScope, fold: Fold | undefined): Iterable<Block> {
  switch (chunk.kind) {
    case 'image':
    case 'document':
    case 'file':
      return referredBlocks(chunk, scope, fold)
    case 'thinking':
      return contentBlocks(chunk.chunks, scope, fold ?? { summary: 'Thinking' })
    case 'unknown':
      return jsonBlocks(chunk.json, fold)
  }
}

function* referredBlocks(
  chunk: ChunkView & { readonly kind: 'image' | 'document' | 'file' },
  scope: SourceScope,
  fold: Fold | undefined,
): Generator<Block> {
  yield { content: referredMarkup(referredTo(chunk, scope.archived), scope), fold }
  const about = aboutReferred(chunk).filter((fact) => fact !== undefined)
  if (about.length > 0) yield { content: html`<p class="about">${visibleText(about.join(', '))}</p>\n`, fold }
}

/** What else is known of a picture or a file. */
function aboutReferred(chunk: ChunkView): (string | undefined)[] {
  if (chunk.kind === 'file') return [chunk.tool && `from ${chunk.tool}`, chunk.id]
  const detail = displayText(fieldsOf(chunk.fields.get('image_url') ?? '').get('detail'))
  return [detail && `detail: ${detail}`]
}

function referredMarkup(referred: Referred, scope: SourceScope): Markup {
  const { what } = referred
  switch (referred.kind) {
    case 'content': {
      const [address, name] = [scope.fileAddress(referred), visibleText(referred.name)]
      const download = html`<a href="${address}" download="${referred.safeName}">${name}</a>`
      if (!referred.isPicture) return html`<p class="file">${what}: ${download}</p>`
      return html`<figure>
        <img src="${address}" alt="${name}" loading="lazy">
        <figcaption>${download}</figcaption>
      </figure>
`
    }
    case 'address':
      return html`<p class="file">${what}: ${addressMarkup(referred)}</p>`
    case 'missing': {
      const { name, state, reason } = referred
      return html`<p class="file">
        ${what}: ${visibleText(name)} <span class="none">(${state}${visibleText(reason)})</span>
      </p>
`
    }
  }
}

function addressMarkup({ name, url }: Referred & { readonly kind: 'address' }): Markup {
  if (url === '') return html`${visibleText(name ?? '')} <span class="none">(no address)</span>`
  return linkMarkup(name ?? url, url)
}
