import { indexOfNext } from '../index-of-next.ts'
import { isSecretParameter, MAX_NAME_LENGTH, MARKER, nameMeaning, plainName } from './secret-names.ts'

/*
 * Redacts text that is not JSON, or no longer: truncated bodies, HTML pages, error messages, strings. There are no paths,
 * so a secret is whatever follows the name of one; when in doubt, too much is replaced. Every repetition is bounded: V8
 * remembers each one to go back to, and megabytes of them overflow its stack. (It does without for single characters, but
 * not in a process that has compiled many patterns.)
 */

/** Replaces what may be a secret in a text: values after the quoted name of a secret, headers, and parts of URLs. */
export function redactText(text: string): string {
  return redactHeaders(redactParameters(redactUsers(redactNamed(text, hasMeaning), false)))
}

/** Redacts a whole body that is not valid JSON, where `value` counts as the name of a secret, too. */
export function redactUnparsed(text: string): string {
  const isName = (name: string) => hasMeaning(name) || plainName(name) === 'value'
  const isJson = /^[[{]/.test(text.trimStart())
  return redactHeaders(redactParameters(redactUsers(redactNamed(text, isName), isJson)))
}

function hasMeaning(name: string): boolean {
  return nameMeaning(name) !== undefined
}

/** The end of a quoted name, the separator, and white space, which may be escaped. */
const AFTER_NAME =
  /["']\s{0,999}(?:\\{1,999}[nrt]\s{0,999}){0,16}(?::|=>?)\s{0,999}(?:\\{1,999}[nrt]\s{0,999}){0,16}/g

function redactNamed(text: string, isName: (name: string) => boolean): string {
  return redactAfter(text, AFTER_NAME, (start, { index }) => {
    if (!isName(nameBefore(text, index)) || start === text.length) return undefined
    if (/^(?:null|None)\b/.test(text.slice(start, start + 5))) return undefined
    return { end: endOfUnparsed(text, start), marker: markerLike(text.slice(start, start + 8)) }
  })
}

/** What is replaced from the end of a match on. */
interface Redaction {
  readonly end: number
  readonly marker: string
}

/** Replaces what follows the matches of a pattern; a match inside of what is replaced does not count. */
function redactAfter(
  text: string,
  pattern: RegExp,
  find: (start: number, match: RegExpExecArray) => Redaction | undefined,
): string {
  let out = ''
  let kept = 0
  for (const match of text.matchAll(pattern)) {
    const start = match.index + match[0].length
    const redaction = start < kept ? undefined : find(start, match)
    if (redaction === undefined) continue
    out += text.slice(kept, start) + redaction.marker
    kept = redaction.end
  }
  return out + text.slice(kept)
}

/** Puts the marker in the same quotes as the value. */
function markerLike(beginning: string): string {
  const quote = /^\\*["']/.exec(beginning)?.[0] ?? '"'
  return quote + MARKER + quote
}

function nameBefore(text: string, end: number): string {
  const before = text.slice(Math.max(0, end - MAX_NAME_LENGTH), end)
  const name = before.slice(Math.max(before.lastIndexOf('"'), before.lastIndexOf("'")) + 1)
  if (!name.includes('\\')) return name
  return name.replaceAll(/\\+u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
}

/** Finds the end of a value in a text that may be broken anywhere; when in doubt, too far. */
function endOfUnparsed(text: string, start: number): number {
  const token = /["']|[[{]|[\]}]|,/g
  let depth = 0
  token.lastIndex = start
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const { 0: what, index } = found
    if (what === '"' || what === "'") {
      token.lastIndex = endOfQuoted(text, index)
      if (depth === 0) return token.lastIndex
    } else if (what === '[' || what === '{') depth++
    else if (depth === 0) return index
    else if (what !== ',' && --depth === 0) return index + 1
  }
  return text.length
}

/** Finds the closing quote of a string: one with no more backslashes before it than the opening quote has. */
function endOfQuoted(text: string, open: number): number {
  const quote = text.charAt(open)
  const escapes = backslashesBefore(text, open)
  for (let at = text.indexOf(quote, open + 1); at !== -1; at = text.indexOf(quote, at + 1)) {
    const before = backslashesBefore(text, at)
    if (escapes === 0 ? before % 2 === 0 : before <= escapes) return at + 1
  }
  return text.length
}

function backslashesBefore(text: string, at: number): number {
  let first = at
  while (text.charAt(first - 1) === '\\') first--
  return at - first
}

const SCHEME = /\b(bearer|basic)(\s{1,999}|%20)(?=[^\s"'\\,;<>]{0,200}\d)[\w.~+/=-]{8,8192}/gi

const HEADER =
  /\b(authorization|(?:x-)?api[-_]?key|access[-_]token|client[-_]secret)(\s{0,9}[:=]\s{0,9}(?:(?:token|digest|apikey)\s{1,9})?)(?=\S{0,200}\d|\S{20})[^\s"'\\,;&<>[\](){}]{6,8192}/gi

function redactHeaders(text: string): string {
  return text.replaceAll(SCHEME, `$1$2${MARKER}`).replaceAll(HEADER, `$1$2${MARKER}`)
}

/** Both slashes of a URL, which may be escaped. */
const SLASHES = /(?<=^|[:"'=\s(<>,])(?:\\{0,999}\/){2}(?!\[)/g
const END_OF_HOST = /[\s/?#"<>]/g

/** Replaces everything up to the last @ before the end of the host; in a text that is cut off, also before the @. */
function redactUsers(text: string, isCut: boolean): string {
  return redactAfter(text, SLASHES, (start) => {
    const host = text.slice(start, indexOfNext(END_OF_HOST, text, start))
    const [at, length] = lastAt(host)
    if (at !== -1) return { end: start + at + length, marker: `${MARKER}@` }
    return isCut && start + host.length === text.length ? { end: text.length, marker: MARKER } : undefined
  })
}

/** Finds the last @, plain or escaped, and its length. */
function lastAt(text: string): [at: number, length: number] {
  const plain = text.lastIndexOf('@')
  const escaped = text.lastIndexOf('\\u0040')
  return plain > escaped ? [plain, 1] : [escaped, 6]
}

const PARAMETER = /(?:[?&;#]|\\u0026|\\u003f)([\w.%$-]{1,64})=(?!\[redacted )/gi
const END_OF_VALUE = /[\s&#"<>]/g

/** Replaces the values of parameters that grant access. */
function redactParameters(text: string): string {
  return redactAfter(text, PARAMETER, (start, { 1: name = '' }) => {
    const end = indexOfNext(END_OF_VALUE, text, start)
    return end > start && isSecretParameter(decodeName(name)) ? { end, marker: MARKER } : undefined
  })
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
