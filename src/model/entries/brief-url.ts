/** A link fit for people: of a data: URI, of many megabytes perhaps, only what it is and how long. */
export function briefUrl(url: string): string {
  const data = /^data:([^,;]{0,100})/i.exec(url)
  return data === null ? url : `data:${data[1] ?? ''} (${url.length.toLocaleString('en')} characters)`
}
