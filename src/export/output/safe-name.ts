import { graphemesOf } from '../../model/graphemes.ts'

const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin|conout|clock)$/i

/**
 * Returns a name that every file system accepts, from any text: letters, digits and emoji of any script, and hyphens for
 * everything else. With a list of what is allowed, the name cannot contain a separator, a control or direction character,
 * or a dot at its end. (filenamify 7 has a list of what is forbidden: it keeps direction marks and lone surrogates, and
 * counts characters where file systems count bytes.)
 */
export function safeName(text: string, otherwise: string, mostBytes = 80): string {
  const words = text
    .slice(0, 10_000)
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}_]+/gu, '-')
  const name = withinBytes(words.replace(/^[-\p{M}]+/u, ''), mostBytes).replace(/-+$/, '')
  if (name === '') return otherwise
  return RESERVED.test(name) ? `${name}-` : name
}

/** Shortens a text to a number of bytes in UTF-8, between grapheme clusters. */
export function withinBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text
  let cut = ''
  let bytes = 0
  for (const { segment } of graphemesOf(text.slice(0, most + 1))) {
    bytes += Buffer.byteLength(segment)
    if (bytes > most) break
    cut += segment
  }
  return cut
}
