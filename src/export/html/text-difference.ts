import { diffWordsWithSpace } from 'diff'

import { html, type Markup } from './markup.ts'
import { visibleText } from './visible-text.ts'

/** Longer texts, and those with more differences, are shown one after the other. */
const MAX_COMPARED = 20_000
const MAX_DIFFERENCES = 500

/** The most of a text that is shown. */
const MAX_SHOWN = 64 * 1024

/** Renders what was removed from a text and what was added, word by word. */
export function textDifference(before: string, after: string): Markup {
  const [earlier, later] = [before, after].map((text) => visibleText(text.slice(0, MAX_SHOWN))) as [
    string,
    string,
  ]
  const isShort = before.length + after.length <= MAX_COMPARED
  const parts = isShort ? diffWordsWithSpace(earlier, later, { maxEditLength: MAX_DIFFERENCES }) : undefined
  if (parts === undefined) return html`<pre><del>${earlier}</del></pre>\n<pre><ins>${later}</ins></pre>\n`
  const marked = parts.map(({ added, removed, value }) => {
    if (added) return html`<ins>${value}</ins>`
    return removed ? html`<del>${value}</del>` : value
  })
  return html`<pre>${marked}</pre>\n`
}
