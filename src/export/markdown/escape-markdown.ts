import { oneLine } from '../../model/sanitize-text.ts'

/**
 * Escapes text, on one line, so that no Markdown reader finds markup or a link in it. Do not put it at the beginning of a
 * line. Bare URLs are broken up, since readers that link them would swallow a backslash or `<` after them.
 */
export function escapeMarkdown(text: string, most?: number): string {
  return oneLine(text, most)
    .replaceAll(/xmpp:|(?<=[\w.+-])mailto:/gi, `$&${WORD_JOINER}`)
    .replaceAll(MARKUP_CHARACTERS, (mark) => (mark === '<' ? '&lt;' : `\\${mark}`))
    .replaceAll(ADDRESS_START, (mark) => `&#${mark.charCodeAt(0)};`)
}

/** Escapes text as the label of a link, where some readers remove the backslashes of brackets and parse the text again. */
export function escapeLabel(text: string, most?: number): string {
  return escapeMarkdown(text, most).replaceAll('\\[', '&#91;').replaceAll('\\]', '&#93;')
}

/** Not an underscore within a word, so that `web_search` stays readable, nor an ampersand that does not begin an entity. */
const MARKUP_CHARACTERS = /[\\`*[\]<~$#{]|&(?=#?\w+;)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu

/** The character without which a URL is not linked, in `//` and `www.`. Mail addresses stay: readers link them anyway. */
const ADDRESS_START = /(?<=\/)\/|(?<=\bwww)\./gi

/**
 * An invisible character to put after `xmpp:`, and after `mailto:` in the middle of a word. cmark-gfm links these after
 * it has decoded entities, so an entity does not help.
 */
export const WORD_JOINER = '\u2060'
