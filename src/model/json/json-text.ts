import {
  decodeString,
  endOfString,
  endOfToken,
  endOfValue,
  isClosing,
  isSpace,
  QUOTE,
  skipSeparator,
  skipSpace,
} from './json-scanner.ts'

/*
 * Takes JSON texts apart, changes them and puts them together, without decoding and encoding a value: numbers keep their
 * digits, strings their escapes, objects their order and their duplicate keys. Every function expects text that
 * JSON.parse accepts.
 */

/** One member of an object: its key decoded, and its value as text. */
interface Member {
  readonly key: string
  readonly value: string
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Removes the white space between tokens. */
export function compact(text: string): string {
  let out = ''
  let kept = 0
  let i = 0
  while (i < text.length) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) i = endOfString(text, i)
    else if (!isSpace(code)) i++
    else {
      out += text.slice(kept, i)
      i = skipSpace(text, i)
      kept = i
    }
  }
  return kept === 0 ? text : out + text.slice(kept)
}

/** Tells whether a text holds an object. */
export function isObjectText(text: string): boolean {
  return text.charAt(skipSpace(text, 0)) === '{'
}

/** Tells whether a text holds an array. */
export function isArrayText(text: string): boolean {
  return text.charAt(skipSpace(text, 0)) === '['
}

/** Splits an array into the texts of its elements. Any other value has none. */
export function elements(text: string): string[] {
  return elementSpans(text, 0).map(({ start, end }) => text.slice(start, end))
}

/** Splits an array into the texts of its elements, without white space between tokens. */
export function compactElements(text: string): string[] {
  const found: string[] = []
  eachCompactElement(text, 0, (element) => found.push(element))
  return found
}

/** Splits an object into its members, duplicate keys included. Any other value has none. */
export function members(text: string): Member[] {
  const found: Member[] = []
  eachMember(text, 0, (key, start, end) => found.push({ key, value: text.slice(start, end) }))
  return found
}

/** An object whose list was taken out. */
export interface TakenList {
  /** The object with `[]` in the place of the list. */
  readonly envelope: string
  readonly elements: readonly string[]
}

/**
 * Takes the list with this key out of an object, all without white space. It reads the text once, because most of a response
 * is such a list. Of duplicate keys the last one counts, as for JSON.parse.
 */
export function takeList(text: string, list: string): TakenList {
  let envelope = ''
  let elements: string[] = []
  let kept = 0
  let i = skipSpace(text, skipSpace(text, 0) + 1)
  while (!isClosing(text.charCodeAt(i))) {
    const endOfKey = endOfString(text, i)
    const start = skipSeparator(text, endOfKey)
    let end: number
    if (text.charAt(start) === '[' && decodeString(text.slice(i, endOfKey)) === list) {
      elements = []
      end = eachCompactElement(text, start, (element) => elements.push(element))
      envelope += `${text.slice(kept, start)}[]`
      kept = end
    } else end = endOfValue(text, start)
    i = skipSeparator(text, end)
  }
  return { envelope: compact(envelope + text.slice(kept)), elements }
}

/** Finds a member by its key. Of duplicate keys the last one counts, as for JSON.parse. */
export function member(text: string, key: string): Member | undefined {
  return members(text).findLast((candidate) => candidate.key === key)
}

/** Lists the numbers in a text, at any depth, as they are written. */
export function numbersIn(text: string): string[] {
  const numbers: string[] = []
  for (let i = skipSpace(text, 0); i < text.length;) {
    const end = endOfToken(text, i)
    if ('-0123456789'.includes(text.charAt(i))) numbers.push(text.slice(i, end))
    i = skipSpace(text, end)
  }
  return numbers
}

/** Builds an object from its keys and the texts of its values, in this order. */
export function joinMembers(members: Iterable<readonly [key: string, value: string]>): string {
  return `{${Array.from(members, ([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`
}

/** Builds an object from a record of texts; a member that is undefined is left out. */
export function objectText(fields: Readonly<Record<string, string | undefined>>): string {
  return joinMembers(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  )
}

/** Removes the members with these keys from an object. */
export function withoutMembers(text: string, keys: readonly string[]): string {
  const kept = members(text).filter(({ key }) => !keys.includes(key))
  return joinMembers(kept.map(({ key, value }) => [key, value]))
}

/** Replaces the value of a member, or appends the member where the object has none of this key. */
export function withMember(text: string, key: string, value: string): string {
  const present = members(text)
  if (present.some((each) => each.key === key)) return replaceAt(text, [key], () => value)
  const comma = present.length === 0 ? '' : ','
  return `${text.trimEnd().slice(0, -1)}${comma}${JSON.stringify(key)}:${value}}`
}

/**
 * Replaces every value at a path, duplicate keys included; `*` stands for each element of an array. `replace` returns
 * the new text, or undefined to leave the value as it is.
 */
export function replaceAt(
  text: string,
  path: readonly string[],
  replace: (value: string) => string | undefined,
): string {
  let out = ''
  let kept = 0
  for (const { start, end } of spansAt(text, 0, path)) {
    const replacement = replace(text.slice(start, end))
    if (replacement === undefined) continue
    out += text.slice(kept, start) + replacement
    kept = end
  }
  return kept === 0 ? text : out + text.slice(kept)
}

function spansAt(text: string, at: number, path: readonly string[]): Span[] {
  const [step, ...rest] = path
  if (step === undefined) return [{ start: at, end: endOfValue(text, at) }]
  if (step === '*') return elementSpans(text, at).flatMap(({ start }) => spansAt(text, start, rest))
  const found: Span[][] = []
  eachMember(text, at, (key, start) => {
    if (key === step) found.push(spansAt(text, start, rest))
  })
  return found.flat()
}

function elementSpans(text: string, at: number): Span[] {
  const spans: Span[] = []
  eachElement(text, at, (start, end) => spans.push({ start, end }))
  return spans
}

/** Calls `visit` with each element of the array at `at`, without white space, and returns the end of the array. */
function eachCompactElement(text: string, at: number, visit: (element: string) => void): number {
  return eachElement(text, at, (start, end, isSpaced) => {
    const element = text.slice(start, end)
    visit(isSpaced ? compact(element) : element)
  })
}

/** Calls `visit` with each element of the array at `at`, and returns its end. Any other value has none. */
function eachElement(
  text: string,
  at: number,
  visit: (start: number, end: number, isSpaced: boolean) => void,
): number {
  let i = skipSpace(text, at)
  if (text.charAt(i) !== '[') return i
  i = skipSpace(text, i + 1)
  let isSpaced = false
  const onSpace = () => {
    isSpaced = true
  }
  while (!isClosing(text.charCodeAt(i))) {
    isSpaced = false
    const end = endOfValue(text, i, onSpace)
    visit(i, end, isSpaced)
    i = skipSeparator(text, end)
  }
  return i + 1
}

/** Calls `visit` with each member of the object at `at`, duplicate keys included. Any other value has none. */
export function eachMember(
  text: string,
  at: number,
  visit: (key: string, start: number, end: number) => void,
): void {
  let i = skipSpace(text, at)
  if (text.charAt(i) !== '{') return
  i = skipSpace(text, i + 1)
  while (!isClosing(text.charCodeAt(i))) {
    const endOfKey = endOfString(text, i)
    const start = skipSeparator(text, endOfKey)
    const end = endOfValue(text, start)
    visit(decodeString(text.slice(i, endOfKey)), start, end)
    i = skipSeparator(text, end)
  }
}
