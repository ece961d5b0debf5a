import { escapeMarkdown, escapeLabel } from './escape-markdown.ts'

/** Maximum length of a URL that becomes a link, in characters. */
const MAX_URL = 4096

/** Returns whether a page may link to a URL: the web and mail, but nothing that runs or is on the reader's machine. */
export function isSafeUrl(url: string): boolean {
  return /^(?:https?:\/\/|mailto:)[^\0-\u0020]/i.test(url) && url.length <= MAX_URL
}

/** Returns a link if the URL is safe, otherwise its label and URL as text. */
export function safeLink(label: string, url: string): string {
  if (isSafeUrl(url))
    return `[${PLAIN_ADDRESS.test(label) ? label : escapeLabel(label, Infinity)}](${linkDestination(url)})`
  return label === url
    ? escapeMarkdown(url, Infinity)
    : `${escapeMarkdown(label, Infinity)} (${escapeMarkdown(url, Infinity)})`
}

/** URLs that every reader shows as they are when they are the label of a link. */
const PLAIN_ADDRESS = /^https?:\/\/[a-z0-9.:/?=%-]+$/i

/** Encodes a URL or path as the destination of a link, so that nothing in it ends the link or becomes markup. */
export function linkDestination(url: string): string {
  return encodeURI(url.replaceAll(/\p{Surrogate}/gu, '\ufffd'))
    .replaceAll(/%25(?=[0-9a-f]{2})/gi, '%')
    .replaceAll(/[()*']/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
    .replaceAll(/&(?=#?\w+;)/g, '&amp;')
}

/** Encodes a path inside the export as the destination of a link. */
export function pathDestination(path: string): string {
  return linkDestination(path.split('/').map(encodeURIComponent).join('/'))
}
