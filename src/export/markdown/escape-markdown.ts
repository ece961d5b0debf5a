/**
 * Sanitizes text for a page: all line breaks become LF, control characters become visible, lone surrogates are replaced.
 */
export function sanitize(text: string): string {
  return text
    .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(/[\0-\u0008\u000b-\u001f\u007f-\u009f]/g, controlPicture)
}

/** Returns text on one line for titles and labels: shortened, and without characters that change the text direction. */
export function oneLine(text: string, most = 200): string {
  const line = sanitize(text.slice(0, 4 * most))
    .replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  if (line.length <= most) return line
  const characters = [...line]
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : line
}

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

/** Returns whether a label shows all of a text. */
export function fitsOneLine(text: string, most = 200): boolean {
  return text.length <= most
}

/** Returns the picture of a control character, from U+2400 on; those from U+0080 on have none. */
function controlPicture(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 32) return String.fromCharCode(0x2400 + code)
  return code === 127 ? '\u2421' : '\ufffd'
}
