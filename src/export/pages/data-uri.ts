/** The content of a data: URI. */
export interface DataUri {
  /** The media type, without parameters. */
  readonly type: string
  /** The bytes, decoded in pieces each time they are read. */
  readonly bytes: Iterable<Uint8Array>
}

const PIECE = 64 * 1024

/** Parses a data: URI; returns undefined for any other text. */
export function parseDataUri(uri: string): DataUri | undefined {
  const [, type, base64] = /^data:([^,;]*)[^,]*?(;base64)?,/i.exec(uri.slice(0, 1000)) ?? []
  if (type === undefined) return undefined
  const start = uri.indexOf(',') + 1
  return {
    type: type.toLowerCase(),
    bytes:
      base64 === undefined
        ? [Buffer.from(decodePercent(uri.slice(start)))]
        : { [Symbol.iterator]: () => decodeBase64(uri, start) },
  }
}

/** Decodes in pieces, since the copies that decoding megabytes at once makes outside the heap are freed late. */
function* decodeBase64(uri: string, start: number): Generator<Uint8Array> {
  let carried = ''
  for (let at = start; at < uri.length; at += PIECE) {
    const digits = carried + uri.slice(at, at + PIECE).replaceAll(/[^\w+/-]/g, '')
    const whole = digits.length - (digits.length % 4)
    yield Buffer.from(digits.slice(0, whole), 'base64')
    carried = digits.slice(whole)
  }
  if (carried !== '') yield Buffer.from(carried, 'base64')
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
