declare module 'markdown-it-footnote' {
  import type { MarkdownIt } from 'markdown-it'

  /** The package brings no types. */
  function footnotes(reader: MarkdownIt): void
  export { footnotes as default }
}
