import { escapeMarkdown, escapeLabel, oneLine } from './escape-markdown.ts'

/** A longer one is no link that a person could use. */
const MAX_URL = 4096

/** Tells whether a page may link there: to the web and to mail, and to nothing that runs or is on the reader's machine. */
export function isSafeUrl(url: string): boolean {
  return /^(?:https?:\/\/|mailto:)[^\0-\u0020]/i.test(url) && url.length <= MAX_URL
}

/** A link where it is safe to have one, and otherwise what it says. */
export function safeLink(label: string, url: string): string {
  if (isSafeUrl(url))
    return `[${PLAIN_ADDRESS.test(label) ? label : escapeLabel(label, Infinity)}](${linkDestination(url)})`
  return label === url
    ? escapeMarkdown(url, Infinity)
    : `${escapeMarkdown(label, Infinity)} (${escapeMarkdown(url, Infinity)})`
}

/** As the label of a link, an address is a label, in every reader. */
const PLAIN_ADDRESS = /^https?:\/\/[a-z0-9.:/?=%-]+$/i

/** A URL or a path as the destination of a link: nothing in it ends the link or turns into something else. */
export function linkDestination(url: string): string {
  return encodeURI(url.replaceAll(/\p{Surrogate}/gu, '\ufffd'))
    .replaceAll(/%25(?=[0-9a-f]{2})/gi, '%')
    .replaceAll(/[()*']/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
    .replaceAll(/&(?=#?\w+;)/g, '&amp;')
}

/** A path inside the export as the destination of a link. */
export function pathDestination(path: string): string {
  return linkDestination(path.split('/').map(encodeURIComponent).join('/'))
}

/** What a URL is called where it has no other name. */
export function urlLabel(url: string): string {
  return oneLine(url, 100)
}
