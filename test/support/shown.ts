import type { Page } from 'playwright-core'

/** What a page shows, also in what is folded, and where its links and pictures lead. */
export interface Shown {
  readonly text: string
  readonly addresses: readonly string[]
}

/** Reads all pages of a conversation, from the first to the last. */
export async function readPages(page: Page, first: string): Promise<Shown> {
  let text = ''
  const addresses: string[] = []
  for (let address: string | undefined = first; address !== undefined;) {
    await page.goto(address)
    text += `${await page.evaluate(() => document.body.textContent)}\n`
    addresses.push(...(await attributesOf(page)))
    address = await page.evaluate(
      () =>
        Array.from(document.querySelectorAll<HTMLAnchorElement>('nav.pages a')).find(
          (link) => link.textContent === 'Next',
        )?.href,
    )
  }
  return { text, addresses }
}

function attributesOf(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    Array.from(document.querySelectorAll('main [href], main [src], main [alt], main [download]')).flatMap(
      (element) => ['href', 'src', 'alt', 'download'].flatMap((name) => element.getAttribute(name) ?? []),
    ),
  )
}

/** Members that no page shows: marks for programs, and what kind of chunk something is, which the page shows by its form. */
const UNSHOWN = ['object', 'signature', 'closed', 'favicon', 'index']

/** All strings of a JSON value, without keys, and without the content of files. */
export function stringsIn(value: unknown, unshown = UNSHOWN): string[] {
  if (typeof value === 'string') return value.startsWith('data:') ? [] : [value]
  if (Array.isArray(value)) return value.flatMap((each) => stringsIn(each, unshown))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    if (unshown.includes(key)) return []
    return stringsIn(inner, key === 'content' ? [...UNSHOWN, 'type'] : unshown)
  })
}

/**
 * The words of a string that a page does not show, in its text or in an address. Markdown takes marks out of a message, so words
 * are compared, without what no font shows.
 */
export function wordsMissing(string: string, { text, addresses }: Shown): string[] {
  const seen = `${text}\n${addresses.join('\n')}\n${addresses.map(decoded).join('\n')}`
    .normalize()
    .toLowerCase()
  const words = string.normalize().match(/[\p{L}\p{N}\p{M}\p{S}]+/gu) ?? []
  return words.filter((word) => !seen.includes(word.toLowerCase()) && !isMark(word))
}

/** Backticks and the like are letters of no word: as Markdown they are gone, and as code they are there. */
function isMark(word: string): boolean {
  return /^[`~^|<>=+$]+$/.test(word)
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address)
  } catch {
    return address
  }
}
