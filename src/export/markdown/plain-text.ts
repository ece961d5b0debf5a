/**
 * Text from elsewhere as a page can hold it: every line break is one that all readers see, characters that would steer
 * a terminal become visible, halves of characters are replaced.
 */
export function clean(text: string): string {
  return text
    .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(/[\0-\u0008\u000b-\u001f\u007f-\u009f]/g, picture)
}

/**
 * Text on one line, without what turns the direction of what stands around it, and not without end: for titles and
 * labels.
 */
export function oneLine(text: string, most = 200): string {
  const line = clean(text.slice(0, 4 * most))
    .replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  const characters = [...line]
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : line
}

/** Text on one line that no Markdown reader takes for markup, anywhere but at the beginning of a line. */
export function escaped(text: string, most?: number): string {
  return oneLine(text, most).replaceAll(MARKUP, '\\$&')
}

/** An underscore within a word and an ampersand that begins no entity are themselves: `web_search` should read well. */
const MARKUP = /[\\`*[\]<~$#{]|&(?=#?\w+;)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu

/** What an id, a name or whatever stands in its place says; undefined if nothing. */
export function wordsOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** U+2400 and up are pictures of the control characters below a space; those above a tilde have none. */
function picture(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 32) return String.fromCharCode(0x2400 + code)
  return code === 127 ? '\u2421' : '\ufffd'
}
