import { isSafeUrl } from '../pages/safe-url.ts'
import { escapeMarkdown, escapeLabel } from './escape-markdown.ts'

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
