import type { EntryView } from '../../model/entries/entry-view.ts'
import { displayText, stringIn } from '../../model/entries/fields.ts'
import { cutTimeUtc } from '../../model/instant.ts'
import { oneLine } from '../../model/sanitize-text.ts'
import { entryNames, entryTitle } from '../pages/entry-heading.ts'
import { joinBlocks, type Block } from './block.ts'
import { html, type Markup } from './markup.ts'
import { visibleText } from './visible-text.ts'

/** An entry on a page. */
export interface EntryArticle {
  readonly position: number
  readonly entry: EntryView
  readonly content: Markup
}

/** Makes the article of an entry from its blocks. */
export function entryArticle(entry: EntryView, position: number, blocks: readonly Block[]): EntryArticle {
  return { position, entry, content: html`${joinBlocks(blocks)}${sourcesMarkup(position, blocks)}` }
}

/** The list of the sources that the blocks cite. Of a divided entry, each part lists its own. */
function sourcesMarkup(position: number, blocks: readonly Block[]): Markup | undefined {
  const sources = new Map(
    blocks.flatMap(({ cited = [] }) => cited).map(({ number, source }) => [number, source]),
  )
  if (sources.size === 0) return undefined
  const items = [...sources].sort(([left], [right]) => left - right)
  return html`<ol class="sources">
${items.map(([number, source]) => html`<li id="source-${position}-${number}" value="${number}">${source}</li>\n`)}</ol>
`
}

/**
 * Renders the articles of a page. The result of a function is shown within its call if both are on the page.
 */
export function articlesMarkup(articles: readonly EntryArticle[]): Markup {
  const calls = new Map<string, EntryArticle>()
  const results = new Map<EntryArticle, EntryArticle[]>()
  for (const article of articles) {
    const { entry } = article
    if (entry.kind === 'call' && entry.callId !== undefined) calls.set(entry.callId, article)
    const call = entry.kind === 'result' ? calls.get(entry.callId ?? '') : undefined
    if (call !== undefined) results.set(call, [...(results.get(call) ?? []), article])
  }
  const nested = new Set([...results.values()].flat())
  return html`${articles
    .filter((article) => !nested.has(article))
    .map((article) => articleMarkup(article, results.get(article) ?? []))}`
}

function articleMarkup({ position, entry, content }: EntryArticle, results: readonly EntryArticle[]): Markup {
  const inner = html`${content}${results.map(resultMarkup)}`
  return html`<article class="entry ${classOf(entry)}" id="entry-${position}" tabindex="-1" aria-labelledby="heading-${position}">
${isFolded(entry) ? foldedEntry(entry, position, inner) : openEntry(entry, position, inner)}</article>
`
}

function resultMarkup({ position, entry, content }: EntryArticle): Markup {
  return html`<section class="result" id="entry-${position}" aria-labelledby="heading-${position}">
${headerMarkup(entry, position, 'h3')}${content}</section>
`
}

function openEntry(entry: EntryView, position: number, content: Markup): Markup {
  return html`${headerMarkup(entry, position, 'h2')}<div class="content" dir="auto">${content}</div>
`
}

/** The summary names the tool; time, model and link are inside, since a link in a summary would open it and leave. */
function foldedEntry(entry: EntryView, position: number, content: Markup): Markup {
  return html`<details>
<summary><h2 id="heading-${position}">${headingMarkup(entry)}</h2> ${previewMarkup(entry)}</summary>
<div class="content">${factsMarkup(entry, position)}${content}</div>
</details>
`
}

function headerMarkup(entry: EntryView, position: number, level: 'h2' | 'h3'): Markup {
  const heading =
    level === 'h2'
      ? html`<h2 id="heading-${position}">${headingMarkup(entry)}</h2>`
      : html`<h3 id="heading-${position}">${headingMarkup(entry)}</h3>`
  return html`<header>${heading}${factsMarkup(entry, position)}</header>`
}

function headingMarkup(entry: EntryView): Markup {
  const names = entryNames(entry)
  const title = visibleText(entryTitle(entry))
  return names.length === 0
    ? html`${title}`
    : html`${title}: <span class="names">${visibleText(names.join(' · '))}</span>`
}

/** Time, model and number of an entry, and the members that no view shows. */
function factsMarkup({ fields }: EntryView, position: number): Markup {
  const created = stringIn(fields.get('created_at'))
  const model = displayText(fields.get('model'))
  const more = ['id', 'type', 'agent_id', 'created_at', 'completed_at', 'prefix']
    .map((key) => [key, displayText(fields.get(key))] as const)
    .filter(([, value]) => value !== undefined)
  const rows = more.map(([key, value]) => html`<dt>${key}</dt><dd>${visibleText(value ?? '')}</dd>`)
  return html`<div class="facts">
${created && html`<time>${visibleText(cutTimeUtc(created, 'second'))}</time>`}
${model && html`<span>${visibleText(model)}</span>`}
<a class="link" href="#entry-${position}" aria-label="Link to entry ${position}">#${position}</a>
<details class="more"><summary aria-label="More about entry ${position}">⋯</summary><dl>${rows}</dl></details>
</div>
`
}

/** The first words of the arguments, so that a folded call tells what it is about. */
function previewMarkup(entry: EntryView): Markup | undefined {
  const json = entry.kind === 'call' || entry.kind === 'execution' ? entry.arguments : undefined
  const text = json === undefined ? undefined : (stringIn(json) ?? json)
  return text === undefined ? undefined : html`<span class="preview">${visibleText(oneLine(text, 80))}</span>`
}

/** Tools are folded, so that a conversation reads as one. */
function isFolded({ kind }: EntryView): boolean {
  return kind === 'call' || kind === 'result' || kind === 'execution'
}

function classOf(entry: EntryView): string {
  if (entry.kind !== 'message') return entry.kind
  return entry.role === 'user' || entry.role === 'assistant' ? entry.role : 'other'
}
