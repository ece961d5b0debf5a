/*
 * JSON as text. The archive keeps what the API sent token for token, so nothing here decodes a value and encodes it
 * again: numbers keep their digits, strings their escapes, objects their order and their duplicate keys. Every function
 * expects text that JSON.parse accepts; JSON.parse is the judge of validity, this file only finds where things begin
 * and end. (Splitting with SQLite's json_each took 2.7 times as long as this and JSON.parse together, and refuses more
 * than 1,000 levels.)
 */

const QUOTE = 34
export const COMMA = 44
export const COLON = 58
const BACKSLASH = 92
const MINUS = 45
const ZERO = 48
const NINE = 57
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/** One member of an object: its key decoded, its value as text, and where that value stands. */
export interface Member {
  readonly key: string
  readonly value: string
  readonly start: number
  readonly end: number
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Leaves out the white space between tokens. */
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

/** Deeper than this, what is inside stays on one line: the indentation must not outgrow the text. */
const DEEPEST_INDENT = 12

const PIECE = 64 * 1024

/** The text laid out for people, in pieces: only white space between tokens is new. */
export function* indented(text: string): Generator<string, void, undefined> {
  let depth = 0
  let out = ''
  const line = () => (depth > DEEPEST_INDENT ? '' : `\n${'  '.repeat(depth)}`)
  let i = skipSpace(text, 0)
  while (i < text.length) {
    const code = text.charCodeAt(i)
    let end = endOfToken(text, i)
    let token = text.slice(i, end)
    if (isOpening(code)) {
      depth++
      const close = skipSpace(text, end)
      if (isClosing(text.charCodeAt(close))) {
        depth--
        end = close + 1
        token += text.charAt(close)
      } else token += line()
    } else if (isClosing(code)) {
      const isFlat = line() === ''
      depth--
      token = (isFlat ? '' : line()) + token
    } else if (code === COMMA) token += line() || ' '
    else if (code === COLON) token += ' '
    // A long token goes out alone: joined to others it would be copied.
    if (token.length >= PIECE && out !== '') {
      yield out
      out = ''
    }
    out += token
    i = skipSpace(text, end)
    if (out.length >= PIECE || i === text.length) {
      yield out
      out = ''
    }
  }
}

/** Tells whether the text is that of an object. */
export function isObjectText(text: string): boolean {
  return text.charCodeAt(skipSpace(text, 0)) === OPEN_OBJECT
}

/** Tells whether the text is that of an array. */
export function isArrayText(text: string): boolean {
  return text.charCodeAt(skipSpace(text, 0)) === OPEN_ARRAY
}

/** Splits the text of an array into the texts of its elements; anything else has none. */
export function elements(text: string): string[] {
  return elementSpans(text, 0).map(({ start, end }) => text.slice(start, end))
}

/** Splits the text of an object into its members, duplicate keys included; anything else has none. */
export function members(text: string): Member[] {
  return memberSpans(text, 0).map(({ key, start, end }) => ({
    key,
    value: text.slice(start, end),
    start,
    end,
  }))
}

/** The member that JSON.parse would see under this key: the last one of that name. */
export function member(text: string, key: string): Member | undefined {
  return members(text).findLast((candidate) => candidate.key === key)
}

/** The numbers in a text, at any depth, as they are written. */
export function numbersIn(text: string): string[] {
  const numbers: string[] = []
  for (let i = skipSpace(text, 0); i < text.length;) {
    const end = endOfToken(text, i)
    if (startsNumber(text.charCodeAt(i))) numbers.push(text.slice(i, end))
    i = skipSpace(text, end)
  }
  return numbers
}

/** Puts the text of an object together from keys and the texts of their values; undefined leaves a member out. */
export function objectText(fields: Readonly<Record<string, string | undefined>>): string {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined)
  return `{${kept.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`
}

/**
 * Replaces every value at a path, duplicate keys included; `*` stands for each element of an array.
 * `replace` answers with the new text, or with undefined to leave the value alone.
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
  const next =
    step === '*'
      ? elementSpans(text, at)
      : memberSpans(text, at).filter((candidate) => candidate.key === step)
  return next.flatMap(({ start }) => spansAt(text, start, rest))
}

function elementSpans(text: string, at: number): Span[] {
  const spans: Span[] = []
  let i = skipSpace(text, at)
  if (text.charCodeAt(i) !== OPEN_ARRAY) return spans
  i = skipSpace(text, i + 1)
  while (text.charCodeAt(i) !== CLOSE_ARRAY) {
    const end = endOfValue(text, i)
    spans.push({ start: i, end })
    i = skipSeparator(text, end, COMMA)
  }
  return spans
}

function memberSpans(text: string, at: number): (Span & { readonly key: string })[] {
  const spans: (Span & { readonly key: string })[] = []
  eachMember(text, at, (key, start, end) => spans.push({ key, start, end }))
  return spans
}

/** Visits the members of the object at `at`, duplicate keys included; anything else has none. */
export function eachMember(
  text: string,
  at: number,
  visit: (key: string, start: number, end: number) => void,
): void {
  let i = skipSpace(text, at)
  if (text.charCodeAt(i) !== OPEN_OBJECT) return
  i = skipSpace(text, i + 1)
  while (text.charCodeAt(i) !== CLOSE_OBJECT) {
    const endOfKey = endOfString(text, i)
    const start = skipSeparator(text, endOfKey, COLON)
    const end = endOfValue(text, start)
    visit(decodeKey(text.slice(i, endOfKey)), start, end)
    i = skipSeparator(text, end, COMMA)
  }
}

/** A key may be written with escapes (`"to\u006fls"`) and is still that key. */
export function decodeKey(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
}

/** Finds the end of the value at `at`. A loop, not a recursion: depth is the sender's choice. */
export function endOfValue(text: string, at: number): number {
  const first = text.charCodeAt(at)
  if (first === QUOTE) return endOfString(text, at)
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) return endOfScalar(text, at)
  let depth = 0
  let i = at
  while (i < text.length) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      i = endOfString(text, i)
      continue
    }
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth++
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) depth--
    i++
    if (depth === 0) return i
  }
  throw new SyntaxError('JSON text ends inside a value')
}

/** Jumps from quote to quote; one that an odd number of backslashes precedes is escaped. */
export function endOfString(text: string, open: number): number {
  let quote = text.indexOf('"', open + 1)
  while (quote !== -1) {
    let before = quote - 1
    while (text.charCodeAt(before) === BACKSLASH) before--
    if ((quote - before) % 2 === 1) return quote + 1
    quote = text.indexOf('"', quote + 1)
  }
  throw new SyntaxError('JSON text ends inside a string')
}

function endOfScalar(text: string, at: number): number {
  let i = at
  while (i < text.length && !endsScalar(text.charCodeAt(i))) i++
  if (i === at) throw new SyntaxError('JSON text ends before a value')
  return i
}

function endsScalar(code: number): boolean {
  return code === COMMA || code === CLOSE_ARRAY || code === CLOSE_OBJECT || isSpace(code)
}

/** Goes over a comma or a colon, and the white space around it. */
export function skipSeparator(text: string, at: number, separator: number): number {
  const i = skipSpace(text, at)
  return text.charCodeAt(i) === separator ? skipSpace(text, i + 1) : i
}

/** Finds the next character that is not white space. */
export function skipSpace(text: string, at: number): number {
  let i = at
  while (isSpace(text.charCodeAt(i))) i++
  return i
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9
}

function endOfToken(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code === QUOTE) return endOfString(text, at)
  return isOpening(code) || isClosing(code) || code === COMMA || code === COLON
    ? at + 1
    : endOfScalar(text, at)
}

function startsNumber(code: number): boolean {
  return code === MINUS || (code >= ZERO && code <= NINE)
}

/** Tells whether a character opens an object or an array. */
export function isOpening(code: number): boolean {
  return code === OPEN_OBJECT || code === OPEN_ARRAY
}

/** Tells whether a character closes an object or an array. */
export function isClosing(code: number): boolean {
  return code === CLOSE_OBJECT || code === CLOSE_ARRAY
}
