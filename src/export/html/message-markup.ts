import MarkdownIt, { type Token } from 'markdown-it'

import { isSafeUrl } from '../pages/safe-url.ts'
import { highlightCode } from './highlight.ts'
import { html, trusted, type Markup } from './markup.ts'

/**
 * The place of a citation in a text. `visibleText` leaves no control character in it, and Markdown does not decode an entity
 * to one.
 */
export const CITATION = '\u0001'

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true })
markdown.validateLink = isSafeUrl
// Without a scheme, `setup.py` and `README.md` would be links.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false })

const { rules } = markdown.renderer

/** A picture on the web would tell its owner who reads; so it is a link. */
rules.image = (tokens, i, options, env, renderer) => {
  const token = tokens[i]
  const [url, title] = [String(token?.attrGet('src') ?? ''), String(token?.attrGet('title') ?? '')]
  const label = renderer.renderInlineAsText(token?.children ?? [], options, env) || url
  return `${html`<a href="${url}" rel="${REL}">Image: ${label}</a>${title === '' ? '' : ` (${title})`}`}`
}

const REL = 'noreferrer noopener nofollow'

rules.link_open = (tokens, i, options, _, renderer) => {
  tokens[i]?.attrSet('rel', REL)
  return renderer.renderToken(tokens, i, options)
}

/** Headings of a message are no headings of the page, which are its entries. */
rules.heading_open = (tokens, i) => `<p class="heading ${tokens[i]?.tag ?? ''}">`
rules.heading_close = () => '</p>\n'

rules.table_open = () => '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n'
rules.table_close = () => '</table></div>\n'

/** Alignment as a class: a style attribute would need a weaker policy. */
const cell: typeof rules.th_open = (tokens, i) => {
  const { tag = 'td' } = tokens[i] ?? {}
  const [, side] = /text-align:(left|right|center)/.exec(String(tokens[i]?.attrGet('style') ?? '')) ?? []
  return side === undefined ? `<${tag}>` : `<${tag} class="${side}">`
}
rules.th_open = cell
rules.td_open = cell

rules.fence = (tokens, i) => codeMarkup(tokens[i]?.content ?? '', languageOf(tokens[i])).toString()
rules.code_block = (tokens, i) => codeMarkup(tokens[i]?.content ?? '', '').toString()

function languageOf(token: Token | undefined): string {
  return /^\s*([\w+#-]{1,30})/.exec(token?.info ?? '')?.[1] ?? ''
}

/** Returns a block of code. */
export function codeMarkup(code: string, language: string): Markup {
  return html`<pre><code>${highlightCode(code, language)}</code></pre>
`
}

/**
 * Renders a message as Markdown. HTML in it is shown as text, as is a link that `isSafeUrl` refuses. Each `CITATION` becomes
 * what `cite` returns for its number, from 0.
 */
export function messageMarkup(text: string, cite: (number: number) => Markup): Markup {
  const made = markdown.render(text)
  return made.includes(CITATION) ? trusted(withCitations(made, cite)) : trusted(made)
}

/** Returns a text as it was written. */
export function plainMarkup(text: string, cite: (number: number) => Markup): Markup {
  return html`<pre class="text">${trusted(withCitations(html`${text}`.toString(), cite))}</pre>`
}

/** In an attribute, such as the title of a link, there is no place for a citation: only the list of sources has it. */
function withCitations(made: string, cite: (number: number) => Markup): string {
  let next = 0
  return made.replaceAll(/<[^>]*>|\u0001/g, (part) => {
    if (part === CITATION) return cite(next++).toString()
    next += part.split(CITATION).length - 1
    return part.replaceAll(CITATION, '')
  })
}
