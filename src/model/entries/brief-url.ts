import { plural } from '../plural.ts'

/** Shortens a data: URI, which may have many megabytes, to its type and length. Other URLs are unchanged. */
export function briefUrl(url: string): string {
  const data = /^data:([^,;]{0,100})/i.exec(url)
  return data === null ? url : `data:${data[1] ?? ''} (${plural(url.length, 'character')})`
}
