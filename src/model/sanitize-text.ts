/** Maximum length of a label in characters. */
const MAX_LABEL = 200

/**
 * Sanitizes text for a page: all line breaks become LF, control characters become visible, lone surrogates are replaced.
 */
export function sanitizeText(text: string): string {
  return text
    .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(/[\0-\u0008\u000b-\u001f\u007f-\u009f]/g, controlPicture)
}

/** Returns text on one line for titles and labels: shortened, and without characters that change the text direction. */
export function oneLine(text: string, most = MAX_LABEL): string {
  const line = sanitizeText(text.slice(0, 4 * most))
    .replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  if (line.length <= most) return line
  const characters = [...line]
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : line
}

/** Returns whether a label shows all of a text. */
export function fitsOneLine(text: string): boolean {
  return text.length <= MAX_LABEL
}

/** Returns the picture of a control character, from U+2400 on; those from U+0080 on have none. */
function controlPicture(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 32) return String.fromCharCode(0x2400 + code)
  return code === 127 ? '\u2421' : '\ufffd'
}
