import Reader from 'markdown-it'
import footnotes from 'markdown-it-footnote'

/** The worst reader that a page can have: it lets all HTML through, links anywhere, and knows footnotes and tables. */
const reader = new Reader({ html: true }).use(footnotes)
reader.validateLink = () => true
// What stands behind the marks of a code block is no text for most readers, and is in the page all the same.
reader.renderer.rules['fence'] = ([...tokens], i) =>
  `<pre><code>${reader.utils.escapeHtml(`${tokens[i]?.info} ${tokens[i]?.content}`)}</code></pre>\n`

/** An element of a page, as a browser would see it. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

/** The HTML that the page becomes. */
export function rendered(page: string): string {
  return reader.render(page.replace(/^---\n[^]*?\n---\n/, ''))
}

/** All that looks like a tag, as lenient as browsers are, and comments. */
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

/** What a reader sees, and the attributes that it may see. */
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
