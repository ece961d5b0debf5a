import Reader from 'markdown-it'
import footnotes from 'markdown-it-footnote'

/** The most permissive reader of a page: it allows all HTML, links anywhere, and supports footnotes and tables. */
const reader = new Reader({ html: true }).use(footnotes)
reader.validateLink = () => true
// Most readers do not show the text after the fence of a code block, but it is in the page.
reader.renderer.rules['fence'] = ([...tokens], i) =>
  `<pre><code>${reader.utils.escapeHtml(`${tokens[i]?.info} ${tokens[i]?.content}`)}</code></pre>\n`

/** An element of a page, as a browser would see it. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

/** Renders a page as HTML. */
export function rendered(page: string): string {
  return reader.render(page.replace(/^---\n[^]*?\n---\n/, ''))
}

/** Returns everything that looks like a tag or a comment, as lenient as browsers. */
export function elementsIn(html: string): Element[] {
  return [...html.matchAll(/<(?:([a-z!?][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>?)/gi)].map(
    ([, name = '', rest = '']) => ({
      name: name.toLowerCase(),
      attributes: Object.fromEntries(
        [...rest.matchAll(/([^\s=/]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/g)].map(
          ([, key = '', ...values]) => [key, decoded(values.find((value) => value !== undefined) ?? '')],
        ),
      ),
    }),
  )
}

/** Returns what a person sees, including attributes. */
export function textOf(html: string): string {
  return decoded(
    html.replaceAll(
      /<\/?[a-z][^>]*>/gi,
      (tag) => ` ${/title="[^"]*"|href="[^"]*"|class="[^"]*"/.exec(tag)?.[0] ?? ''} `,
    ),
  )
}

function decoded(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}
