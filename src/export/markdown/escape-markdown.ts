/**
 * Text from elsewhere as a page can hold it: every line break is one that all readers see, characters that would steer
 * a terminal become visible, halves of characters are replaced.
 */
export function sanitize(text: string): string {
  return text
    .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(/[\0-\u0008\u000b-\u001f\u007f-\u009f]/g, controlPicture)
}

/**
 * Text on one line, without what turns the direction of what stands around it, and not without end: for titles and
 * labels.
 */
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
 * Text on one line that no Markdown reader takes for markup or a link, anywhere but at the beginning of a line. A bare
 * address must not be one: readers that link it would take the backslash behind it, and `<`, for a part of it.
 */
export function escapeMarkdown(text: string, most?: number): string {
  return oneLine(text, most)
    .replaceAll(/xmpp:|(?<=[\w.+-])mailto:/gi, `$&${WORD_JOINER}`)
    .replaceAll(MARKUP_CHARACTERS, (mark) => (mark === '<' ? '&lt;' : `\\${mark}`))
    .replaceAll(ADDRESS_START, (mark) => `&#${mark.charCodeAt(0)};`)
}

/** The same as the label of a link: some readers take the backslashes of brackets away there and read it once more. */
export function escapeLabel(text: string, most?: number): string {
  return escapeMarkdown(text, most).replaceAll('\\[', '&#91;').replaceAll('\\]', '&#93;')
}

/** An underscore within a word and an ampersand that begins no entity are themselves: `web_search` should read well. */
const MARKUP_CHARACTERS = /[\\`*[\]<~$#{]|&(?=#?\w+;)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu

/** The letter without which an address is none: of `//` and `www.`. Mail stays: readers link it whatever it is made of. */
const ADDRESS_START = /(?<=\/)\/|(?<=\bwww)\./gi

/**
 * An invisible letter after `xmpp:`: cmark-gfm links this one, and a `mailto:` in the middle of a word, in what it has
 * read, when entities are letters already.
 */
export const WORD_JOINER = '\u2060'

/** Tells whether a label shows all of a text. */
export function fitsOneLine(text: string, most = 200): boolean {
  return text.length <= most
}

/** U+2400 and up are pictures of the control characters below a space; those above a tilde have none. */
function controlPicture(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 32) return String.fromCharCode(0x2400 + code)
  return code === 127 ? '\u2421' : '\ufffd'
}
