import Reader from 'markdown-it'
import { marked } from 'marked'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'

import { elementsIn, type Element } from './markdown-reader.ts'
import { cmarkGfm } from './outside-readers.ts'

/** The parsers of common readers, which keep HTML and link bare URLs as GitHub, VS Code and note apps do. */
export const markdownReaders: Readonly<Record<string, (page: string) => string>> = {
  'markdown-it': (page) => new Reader({ html: true, linkify: true }).render(page),
  marked: (page) => marked.parse(page, { gfm: true, async: false }),
  micromark: (page) =>
    micromark(page, {
      allowDangerousHtml: true,
      allowDangerousProtocol: true,
      extensions: [gfm()],
      htmlExtensions: [gfmHtml()],
    }),
  'cmark-gfm': cmarkGfm,
}

const ELEMENTS = new Set(
  (
    'a img blockquote p br em strong s del code pre ul ol li h1 h2 h3 h4 h5 h6 hr table thead tbody tr th td details ' +
    'summary sup section input'
  ).split(' '),
)
const ATTRIBUTES =
  /^(?:id|href|src|title|alt|class|start|align|style|type|checked|disabled|data-footnote[a-z-]*|aria-[a-z]+)$/

/** Returns what a page must not contain: HTML, or a link or image that is neither ours nor a plain link to the web. */
export function strangeIn(html: string, isOwn: (target: string) => boolean): Element[] {
  return elementsIn(html).filter(({ name, attributes }) => {
    const { href, src, id, type } = attributes
    return !(
      ELEMENTS.has(name) &&
      Object.keys(attributes).every((key) => ATTRIBUTES.test(key)) &&
      (id === undefined || /^(?:entry-\d+|(?:user-content-)?(?:fn|fnref)[\d:-]+|footnote-label)$/.test(id)) &&
      (type === undefined || (name === 'input' && type === 'checkbox')) &&
      (src === undefined || (name === 'img' && isOwn(src))) &&
      (href === undefined ||
        /^(?:https?:\/\/|mailto:)/i.test(href) ||
        /^#(?:user-content-)?(?:fn|fnref)[\d:-]+$/.test(href) ||
        isOwn(href))
    )
  })
}
