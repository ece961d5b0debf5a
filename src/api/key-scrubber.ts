import { KEY_MARKER } from '../model/secrets/secret-names.ts'

/** Takes the API key out of whatever a server may have echoed, in any of the forms that it may have there. */
export interface Scrub {
  <T extends string | Uint8Array>(content: T): T
  /** Tells whether the key is in bytes that can't be changed. */
  isIn(content: Uint8Array): boolean
}

/**
 * A shorter key is looked for behind `Bearer` only: as a word it may be anywhere, and a letter that is replaced in every
 * text would leave none of them. Keys of the service have 32 characters; short ones are for servers like the sandbox.
 */
const SHORTEST = 8

/**
 * A scrub for this key. It goes over all that comes, also over what somebody typed into a conversation: nobody can tell
 * that from an echo, and a key that works must not lie in an archive. That is the one exception from verbatim.
 */
export function keyScrubber(apiKey: string): Scrub {
  const literals = apiKey.length < SHORTEST ? [] : formsOf(apiKey)
  const spelled = spelledOut(apiKey)
  const mayBeSpelled = apiKey.length < SHORTEST ? /bearer/i : escapesOf(apiKey)
  const inText = (text: string): string => {
    let scrubbed = text
    for (const form of literals) {
      if (scrubbed.includes(form)) scrubbed = scrubbed.replaceAll(form, KEY_MARKER)
    }
    return mayBeSpelled.test(scrubbed) ? scrubbed.replaceAll(spelled, `$<before>${KEY_MARKER}`) : scrubbed
  }
  const scrub = <T extends string | Uint8Array>(content: T): T =>
    (typeof content === 'string' ? inText(content) : onBytes(content, inText)) as T
  const isIn = (content: Uint8Array) => {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.length)
    return literals.some((form) => bytes.includes(form))
  }
  return Object.assign(scrub, { isIn })
}

/** The key as it is, and inside anything that was written in base64. */
function formsOf(apiKey: string): string[] {
  const base64 = [0, 1, 2].map((offset) => insideBase64(apiKey, offset))
  const url = base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))
  return [...new Set([apiKey, ...base64, ...url, ...base64.map(encodeURIComponent)])]
}

/** The letters of base64 that depend on the key alone, where so many bytes more than a multiple of three precede it. */
function insideBase64(apiKey: string, offset: number): string {
  const letters = Buffer.from(' '.repeat(offset) + apiKey).toString('base64')
  return letters.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + apiKey.length) * 4) / 3))
}

/** The key with any of its characters as an escape of JSON (in a string of JSON, maybe), of a URL or of HTML. */
function spelledOut(apiKey: string): RegExp {
  const letters = [...apiKey].map((letter) => {
    const code = letter.charCodeAt(0)
    const hex = code.toString(16).replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
    const plain = letter.replaceAll(/[^\w]/g, '\\$&')
    const quoted = /[^\w]/.test(letter) ? `\\\\{0,8}${plain}` : plain
    return `(?:${quoted}|\\\\{1,8}u00${hex}|%${hex}|&#(?:${code}|x${hex});)`
  })
  const key = letters.join('')
  return apiKey.length < SHORTEST
    ? new RegExp(`(?<before>\\b[bB]earer(?:\\s|%20|\\+){1,9})${key}(?![\\w-])`, 'g')
    : new RegExp(`(?<before>)${key}`, 'g')
}

/** Most texts hold no escape of a character of the key, and the slow search can be left out. */
function escapesOf(apiKey: string): RegExp {
  const codes = [...new Set(apiKey)].map((letter) => letter.charCodeAt(0))
  const hex = codes.map((code) => code.toString(16)).join('|')
  const quoted = /^\w+$/.test(apiKey) ? '' : '|\\\\[^nrtbfu]'
  return new RegExp(`(?:\\\\u00|%)(?:${hex})|&#(?:${codes.join('|')}|x(?:${hex}));${quoted}`, 'i')
}

/** Changes bytes as if each were a character: what stands between the places that change stays as it is. */
function onBytes(bytes: Uint8Array, change: (text: string) => string): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  return new Uint8Array(Buffer.from(change(text), 'latin1'))
}
