import {
  decodeString,
  endOfString,
  endOfValue,
  isClosing,
  isOpening,
  skipSeparator,
  skipSpace,
} from '../json/json-scanner.ts'
import { joinMembers } from '../json/json-text.ts'
import { isJson } from '../json/parse-json.ts'
import { redactText, redactUnparsed } from './redact-text.ts'
import { MARKER } from './secret-names.ts'
import { ruleOfElement, ruleOfMember, type Place, type Rule } from './secret-places.ts'

/** Replaces a secret, as the JSON text of a string. */
export const REDACTED = JSON.stringify(MARKER)

/**
 * Replaces the secrets in JSON text that the API sent: a row, an agent, a page or anything else. `secret-places.ts` tells
 * which members are settings, and which of their values are secrets. Only the tokens of secrets change. Redacting a text
 * again changes nothing.
 */
export function redactSecrets(text: string): string {
  return redactAs('envelope', text)
}

/** Replaces the secrets in the value of a member of settings. */
export function redactMember(name: string, value: string): string {
  return redactAs('settings', joinMembers([[name, value]])).slice(JSON.stringify(name).length + 2, -1)
}

/**
 * Replaces the secrets in an entry of a history. Contents, arguments and results are left alone; only an entry with
 * settings is examined. `keys` are its keys, decoded.
 */
export function redactEntry(text: string, keys: readonly string[]): string {
  return keys.some((key) => ruleOfMember('entry', key, '{') !== 'keep') ? redactAs('entry', text) : text
}

/** Replaces the secrets in a text from the archive, where an older hansard redacted less. A damaged text is unchanged. */
export function redactStored(text: string): string {
  try {
    return redactSecrets(text)
  } catch {
    return text
  }
}

/**
 * Replaces the secrets in a body that could not be used, JSON or not. Each byte is treated as a character. The zero bytes
 * of UTF-16 would hide a secret, so they are removed from a body that contains one.
 */
export function redactBody<T extends string | Uint8Array>(body: T): T {
  if (typeof body === 'string') return (startsJson(body) ? redactSecrets(body) : redactUnparsed(body)) as T
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  const text = bytes.toString('latin1').replaceAll('\0', '')
  const redacted = redactUnparsed(text)
  return redacted === text ? body : (new Uint8Array(Buffer.from(redacted, 'latin1')) as T)
}

/** Redacts in one pass, with an explicit stack: the sender decides how deep a text is nested. */
function redactAs(place: Place, text: string): string {
  const open: { readonly place: Place; readonly isArray: boolean }[] = []
  let out = ''
  let kept = 0
  let i = skipSpace(text, 0)

  const replace = (start: number, replacement: string) => {
    i = endOfValue(text, start)
    out += text.slice(kept, start) + replacement
    kept = i
  }
  const take = (rule: Rule, start: number) => {
    const first = text.charAt(start)
    if (rule === 'redact') return first === 'n' ? skip(start) : replace(start, REDACTED)
    if (rule === 'keep') return skip(start)
    if (isOpening(text.charCodeAt(start))) {
      open.push({ place: rule, isArray: first === '[' })
      i = start + 1
      return
    }
    if (first !== '"') return skip(start)
    const quoted = text.slice(start, endOfString(text, start))
    const redacted = redactString(quoted)
    if (redacted === quoted) i = start + quoted.length
    else replace(start, redacted)
  }
  const skip = (start: number) => {
    i = endOfValue(text, start)
  }

  take(place, i)
  for (let inner = open.at(-1); inner !== undefined; inner = open.at(-1)) {
    i = skipSeparator(text, i)
    if (isClosing(text.charCodeAt(i))) {
      open.pop()
      i++
    } else if (inner.isArray) take(ruleOfElement(inner.place, text.charAt(i)), i)
    else {
      const endOfKey = endOfString(text, i)
      const start = skipSeparator(text, endOfKey)
      take(ruleOfMember(inner.place, decodeString(text.slice(i, endOfKey)), text.charAt(start)), start)
    }
  }
  return kept === 0 ? text : out + text.slice(kept)
}

/** Matches any string that may be JSON, a URL or a header. Most strings are not, and are skipped. */
const MAY_HOLD_A_SECRET = /[@=\\']|auth|bearer|basic|key|token|secret/i

/** Redacts a string of settings, which may be JSON, a URL or a header. `quoted` is its token. */
function redactString(quoted: string): string {
  if (!MAY_HOLD_A_SECRET.test(quoted)) return quoted
  const text = decodeString(quoted)
  const redacted = startsJson(text) ? redactAs('settings', text) : redactText(text)
  if (redacted === text) return quoted
  return JSON.stringify(redacted)
}

function startsJson(text: string): boolean {
  return /^\s*[[{"]/.test(text) && isJson(text)
}
