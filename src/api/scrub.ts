/** Takes the API key out of whatever a server may have echoed. */
export type Scrub = <T extends string | Uint8Array>(content: T) => T

const STAND_IN = '[the API key]'

/** A scrub for this key, in texts and in bytes. */
export function scrubberOf(apiKey: string): Scrub {
  return <T extends string | Uint8Array>(content: T): T => {
    if (typeof content === 'string') return content.replaceAll(apiKey, STAND_IN) as T
    return onBytes(content, (text) => text.replaceAll(apiKey, STAND_IN)) as T
  }
}

/** Changes bytes as if each were a character: what stands between the places that change stays as it is. */
export function onBytes(bytes: Uint8Array, change: (text: string) => string): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  return new Uint8Array(Buffer.from(change(text), 'latin1'))
}
