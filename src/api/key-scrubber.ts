import { KEY_MARKER } from '../model/secrets/secret-names.ts'

/** Replaces the API key in whatever a server sent, in every encoding that it may have there. */
export interface Scrub {
  <T extends string | Uint8Array>(content: T): T
  /** Tells whether bytes that cannot be changed contain the key. */
  isIn(content: Uint8Array): boolean
}

/**
 * A key of fewer characters is replaced only after `Bearer`, because it may occur in any text. Keys of the service have
 * 32 characters; short ones are for servers such as the sandbox.
 */
const MIN_KEY_LENGTH = 8

/**
 * Makes a function that replaces this key. It is applied to everything that a server sends, even to what somebody typed
 * into a conversation: the two cannot be told apart, and an archive must not contain a valid key.
 */
export function keyScrubber(apiKey: string): Scrub {
  const literals = apiKey.length < MIN_KEY_LENGTH ? [] : formsOf(apiKey)
  const escaped = escapedKey(apiKey)
  const mayBeEscaped = apiKey.length < MIN_KEY_LENGTH ? /bearer/i : escapesOf(apiKey)
  const inText = (text: string): string => {
    let scrubbed = text
    for (const form of literals) {
      if (scrubbed.includes(form)) scrubbed = scrubbed.replaceAll(form, KEY_MARKER)
    }
    return mayBeEscaped.test(scrubbed) ? scrubbed.replaceAll(escaped, `$<before>${KEY_MARKER}`) : scrubbed
  }
  const scrub = <T extends string | Uint8Array>(content: T): T =>
    (typeof content === 'string' ? inText(content) : onBytes(content, inText)) as T
  const isIn = (content: Uint8Array) => {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.length)
    return literals.some((form) => bytes.includes(form))
  }
  return Object.assign(scrub, { isIn })
}

/** The key as it is, and as it appears inside base64. */
function formsOf(apiKey: string): string[] {
  const base64 = [0, 1, 2].map((offset) => insideBase64(apiKey, offset))
  const url = base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))
  return [...new Set([apiKey, ...base64, ...url, ...base64.map(encodeURIComponent)])]
}

/** The base64 characters that depend on the key alone, if `offset` bytes (modulo 3) precede it. */
function insideBase64(apiKey: string, offset: number): string {
  const letters = Buffer.from(' '.repeat(offset) + apiKey).toString('base64')
  return letters.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + apiKey.length) * 4) / 3))
}

/** Matches the key with any of its characters escaped as in JSON (nested, too), a URL or HTML. */
function escapedKey(apiKey: string): RegExp {
  const letters = [...apiKey].map((letter) => {
    const code = letter.charCodeAt(0)
    const hex = code.toString(16).replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
    const plain = letter.replaceAll(/[^\w]/g, '\\$&')
    const quoted = /[^\w]/.test(letter) ? `\\\\{0,8}${plain}` : plain
    return `(?:${quoted}|\\\\{1,8}u00${hex}|%${hex}|&#(?:${code}|x${hex});)`
  })
  const key = letters.join('')
  return apiKey.length < MIN_KEY_LENGTH
    ? new RegExp(`(?<before>\\b[bB]earer(?:\\s|%20|\\+){1,9})${key}(?![\\w-])`, 'g')
    : new RegExp(`(?<before>)${key}`, 'g')
}

/** Matches any escape of a character of the key. Most texts have none, which saves the slow search. */
function escapesOf(apiKey: string): RegExp {
  const codes = [...new Set(apiKey)].map((letter) => letter.charCodeAt(0))
  const hex = codes.map((code) => code.toString(16)).join('|')
  const quoted = /^\w+$/.test(apiKey) ? '' : '|\\\\[^nrtbfu]'
  return new RegExp(`(?:\\\\u00|%)(?:${hex})|&#(?:${codes.join('|')}|x(?:${hex}));${quoted}`, 'i')
}

/** Changes bytes as if each were a character, so that bytes that are not UTF-8 stay as they are. */
function onBytes(bytes: Uint8Array, change: (text: string) => string): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  return new Uint8Array(Buffer.from(change(text), 'latin1'))
}
