const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin|conout|clock)$/i

/**
 * Makes a name that every file system takes, from whatever somebody wrote: letters, digits and pictures of any script,
 * and hyphens for all else. A list of what is allowed needs no list of what is dangerous: no separator, no control or
 * direction character, no dot at an end can be in it. (filenamify 7, the usual choice, is such a list: it keeps
 * direction marks and lone surrogates, and counts characters where file systems count bytes.)
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

/** Cuts a text to a number of bytes in UTF-8, between letters as people see them. */
export function withinBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text
  let cut = ''
  let bytes = 0
  for (const { segment } of new Intl.Segmenter().segment(text.slice(0, most + 1))) {
    bytes += Buffer.byteLength(segment)
    if (bytes > most) break
    cut += segment
  }
  return cut
}
