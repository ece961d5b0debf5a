/** Maximum length of a URL that becomes a link, in characters. */
const MAX_URL = 4096

/** Returns whether a page may link to a URL: the web and mail, but nothing that runs or is on the reader's machine. */
export function isSafeUrl(url: string): boolean {
  return /^(?:https?:\/\/|mailto:)[^\0-\u0020]/i.test(url) && url.length <= MAX_URL
}
