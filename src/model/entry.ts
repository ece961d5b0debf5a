/** A chunk of a message: its type decides which other members it has; unknown types are welcome. */
export type Chunk = Readonly<Record<string, unknown>> & { readonly type?: unknown }

/** An entry of a history, as parsed; unknown types are welcome. */
export type Entry = Readonly<Record<string, unknown>> & { readonly type?: unknown }

/** The chunks of a message's content: a string is one text chunk, and what is no content has none. */
export function chunksOf(content: unknown): Chunk[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return Array.isArray(content) ? content.filter(isChunk) : []
}

/** What a table has for a type; a type can be anything, `constructor` or an object too. */
export function byType<T>(table: Readonly<Record<string, T>>, type: unknown): T | undefined {
  return typeof type === 'string' && Object.hasOwn(table, type) ? table[type] : undefined
}

/** A member in a word; of an object only that it is one, as its own `toString` may be anything. */
export function wordOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

/** A member as a string, if it is one and not empty. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Where an image_url chunk points to: the API sends a string or an object. */
export function imageUrl({ image_url }: Chunk): string {
  if (typeof image_url === 'string') return image_url
  return stringOf((image_url as Record<string, unknown> | null | undefined)?.['url']) ?? ''
}

/** A link fit for people: of a data: URI, of many megabytes perhaps, only what it is and how long. */
export function briefUrl(url: string): string {
  const data = /^data:([^,;]*)/i.exec(url)
  return data === null ? url : `data:${data[1] ?? ''} (${url.length.toLocaleString('en')} characters)`
}

function isChunk(value: unknown): value is Chunk {
  return typeof value === 'object' && value !== null
}
