import { graphemesOf } from '../graphemes.ts'
import { indexOfNext } from '../index-of-next.ts'

/**
 * A word of the search index. Texts and queries are normalized by the same rules, so that a query finds what a reader
 * sees: case and accents do not count, and compatible forms (ﬁ, ｶ, ①) equal what they stand for. In scripts without
 * spaces, and in Hangul, whose particles are attached to words, every character is a word, so that a query finds its
 * characters in a row. No dictionary is used, so that none can change.
 */
export interface Word {
  /** Normalized. */
  readonly word: string
  /** Its place in the text, in UTF-16 units. */
  readonly start: number
  readonly end: number
}

/**
 * Prepares a text for FTS5's tokenizer `ascii`, which splits at ASCII punctuation and treats everything beyond ASCII as
 * letters: ASCII stays as it is, and the rest is normalized and split into words.
 */
export function normalizeText(text: string): string {
  const readable = withoutBlobs(text, () => ' ')
  if (!NON_ASCII.test(readable)) return readable
  const parts = Array.from(split(readable, LONGEST_RUN, cutBetweenWords), ({ piece }) => piece)
  return parts.map(normalizeRuns).join('')
}

/** Normalizes the runs that contain more than ASCII. It looks only for those: in most texts they are few. */
function normalizeRuns(part: string): string {
  let out = ''
  let kept = 0
  for (
    let at = indexOfNext(NON_ASCII_NEXT, part, 0);
    at < part.length;
    at = indexOfNext(NON_ASCII_NEXT, part, kept)
  ) {
    let start = at
    while (start > kept && isAsciiWord(part.charCodeAt(start - 1))) start--
    const end = indexOfNext(END_OF_RUN, part, at)
    out += part.slice(kept, start) + normalizeRun(part.slice(start, end))
    kept = end
  }
  return out + part.slice(kept)
}

/** Splits a text into its normalized words. */
export function wordsOf(text: string): string[] {
  return normalizeText(text).match(RUN)?.map(lowerAscii) ?? []
}

/**
 * Yields the words of a text with their places. A part of the text without a wanted word is skipped, and yields one empty
 * word: locating words takes twenty times as long as splitting.
 */
export function* locateWords(
  text: string,
  isWanted: (words: string) => boolean = () => true,
): Generator<Word, void, undefined> {
  const readable = withoutBlobs(text, (length) => ' '.repeat(length))
  for (const { piece: part, at } of split(readable, PART_LENGTH, cutBetweenWords)) {
    if (isWanted(normalizeText(part).toLowerCase())) yield* locateInPart(part, at)
    else yield { word: '', start: at, end: at + part.length }
  }
}

function* locateInPart(part: string, offset: number): Generator<Word, void, undefined> {
  for (const { 0: run, index } of part.matchAll(RUN)) {
    const start = offset + index
    if (NON_ASCII.test(run))
      for (const { piece, at } of splitRun(run)) yield* locateInPiece(piece, start + at)
    else if (run.length < MAX_WORD_LENGTH) yield { word: lowerAscii(run), start, end: start + run.length }
  }
}

/** Longer words are not indexed: they are encoded files, keys or noise. */
const MAX_WORD_LENGTH = 1000

/** The beginning of a `data:` URI. Every repetition is bounded, because V8 keeps a backtracking position for each iteration. */
const URI = /\bdata:[\w.+-]{1,200}\/[\w.+-]{1,200}(?:;[\w.+=-]{1,200}){0,20},/gi

/** A word of so many characters, with those of base64, is encoded bytes. */
const LONG_WORD = 1000

/** Encoded bytes in a text. */
interface Blob {
  readonly start: number
  readonly end: number
}

/** Removes encoded bytes from a text; `filler` returns the replacement of so many characters. */
function withoutBlobs(text: string, filler: (length: number) => string): string {
  let out = ''
  let kept = 0
  let uri = nextUri(text, 0)
  let word = nextLongWord(text, 0)
  while (uri ?? word) {
    const { start, end } = uri !== undefined && uri.start <= (word?.start ?? Infinity) ? uri : (word as Blob)
    out += text.slice(kept, start) + filler(end - start)
    kept = end
    if (uri !== undefined && uri.start < end) uri = nextUri(text, end)
    if (word !== undefined && word.start < end) word = nextLongWord(text, end)
  }
  return kept === 0 ? text : out + text.slice(kept)
}

function nextUri(text: string, from: number): Blob | undefined {
  URI.lastIndex = from
  const found = URI.exec(text)
  return found === null
    ? undefined
    : { start: found.index, end: indexOfNext(END_OF_URI, text, URI.lastIndex) }
}

/**
 * Finds the next long word. It looks at one character in a thousand, because a long word contains one of them: a pattern that
 * looks at every character took a ninth of the time of a backup.
 *
 * @param from a place where no word is torn
 */
function nextLongWord(text: string, from: number): Blob | undefined {
  for (let probe = from + LONG_WORD - 1; probe < text.length; probe += LONG_WORD) {
    let start = probe + 1
    while (start > from && isEncoding(text.charCodeAt(start - 1))) start--
    let end = probe + 1
    while (start <= probe && end - start < LONG_WORD && isEncoding(text.charCodeAt(end))) end++
    if (end - start >= LONG_WORD) return { start, end: indexOfNext(END_OF_LONG_WORD, text, end) }
  }
  return undefined
}

/** Characters of base64, also of its variant for URLs. */
const isEncoding = asciiCharacters(/[\w+/=-]/)
const isAsciiWord = asciiCharacters(/[0-9A-Za-z]/)

/** Returns a function that tells whether a UTF-16 unit is one of these ASCII characters. The end of a text is none. */
function asciiCharacters(pattern: RegExp): (unit: number) => boolean {
  const is = Uint8Array.from({ length: 128 }, (_, code) => Number(pattern.test(String.fromCharCode(code))))
  return (unit) => is[unit] === 1
}

const END_OF_URI = /[\s"'<>()]/g
const END_OF_LONG_WORD = /[^\w+/=-]/g

const NON_ASCII = /[^\0-\x7f]/
const NON_ASCII_NEXT = /[^\0-\x7f]/g

/** In UTF-16 units, not characters, because V8 usually matches such a class without backtracking positions. */
const RUN = /[0-9A-Za-z\u0080-\uffff]+/g
const END_OF_RUN = /[^0-9A-Za-z\u0080-\uffff]/g

/** In a process that has compiled many patterns, V8 keeps them nevertheless, and some millions overflow its stack. */
const LONGEST_RUN = 1_000_000

/** Marks that a query may leave out. Not in Indic and Southeast Asian scripts (vowels), nor in kana (other syllables). */
const OPTIONAL_MARK = new RegExp(
  String.raw`[[\p{M}&&[${scripts('Inherited', 'Latin', 'Greek', 'Cyrillic', 'Hebrew', 'Arabic', 'Syriac')}]]--[\u3099\u309a]]`,
  'gv',
)

/** The zero-width non-joiner separates words in Persian; in Indic scripts it only shapes letters. */
const PERSIAN_SPACE = /(?<=\p{sc=Arabic}\p{M}*)\u200c/gu

/** Invisible characters (except the zero-width space), and the stroke that stretches Arabic words. */
const UNSEEN = /(?!\u200b)[\p{Cf}\u0640]/gu

/** Letters that Unicode does not decompose, and that people write in either form. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ ø: 'o', ł: 'l', đ: 'd', ħ: 'h', æ: 'ae', œ: 'oe', ς: 'σ' },
  ...{ ى: 'ي', ی: 'ي', ک: 'ك' },
}
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu')

/** Letters of scripts that put no spaces between words. */
const UNSPACED = String.raw`[[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}${scripts(
  ...['Hangul', 'Yi', 'Tangut', 'Nushu', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Javanese', 'Balinese'],
  ...['Tai_Tham', 'Tai_Viet', 'New_Tai_Lue'],
)}]&&[\p{L}\p{N}]]`

/** A symbol is a word, too, except for box-drawing characters. */
const SYMBOL = String.raw`[[\p{Sc}\p{Sm}\p{So}]--[\p{ASCII}\u2500-\u259f\ufffd]]`

const WORD = new RegExp(String.raw`${UNSPACED}\p{M}*|${SYMBOL}|[[\p{L}\p{N}\p{M}\p{Co}]--${UNSPACED}]+`, 'gv')

function scripts(...names: readonly string[]): string {
  return names.map((name) => `\\p{sc=${name}}`).join('')
}

/** A cache of frequent words, because Unicode normalization takes most of the time. */
const cache = new Map<string, string>()
const CACHED_WORDS = 20_000
const CACHED_LENGTH = 24

function normalizeRun(run: string): string {
  if (!NON_ASCII.test(run)) return run
  if (run.length > CACHED_LENGTH)
    return Array.from(splitRun(run), ({ piece }) => normalizePiece(piece)).join('')
  const before = cache.get(run)
  if (before !== undefined) return before
  const form = normalizePiece(run)
  if (cache.size >= CACHED_WORDS) cache.clear()
  cache.set(run, form)
  return form
}

function normalizePiece(piece: string): string {
  const words = foldText(piece).match(WORD) ?? []
  return ` ${words.filter((word) => word.length < MAX_WORD_LENGTH).join(' ')} `
}

/** The length of the pieces that a run without spaces is processed in, in UTF-16 units. */
const PIECE_LENGTH = 4096

interface Piece {
  readonly piece: string
  readonly at: number
}

/** Splits a text into pieces of at most this length; `cut` returns where to cut, at this position or before it. */
function* split(text: string, length: number, cut: (text: string, end: number) => number): Generator<Piece> {
  let at = 0
  while (text.length - at > length) {
    const end = cut(text, at + length)
    yield { piece: text.slice(at, end), at }
    at = end
  }
  yield { piece: text.slice(at), at }
}

function splitRun(run: string): Generator<Piece> {
  return split(run, PIECE_LENGTH, cutNear)
}

const PART_LENGTH = 4 * PIECE_LENGTH
const IN_RUN = /[0-9A-Za-z\u0080-\uffff]/

/** Cuts between two words, if there is a place in the last half. */
function cutBetweenWords(text: string, end: number): number {
  for (let i = end; i > end - PART_LENGTH / 2; i--) if (!IN_RUN.test(text.charAt(i))) return i
  return cutNear(text, end)
}

/** Cuts a run before a character that is a word by itself. If none is near, the run is not text. */
function cutNear(run: string, end: number): number {
  for (let i = end; i > end - MAX_WORD_LENGTH - 100; i--) {
    const character = String.fromCodePoint(run.codePointAt(i) ?? 0)
    if (ALONE.test(character) && !MARK_FIRST.test(character.normalize('NFKD'))) return i
  }
  const isInside = /[\udc00-\udfff]/.test(run.charAt(end))
  return isInside ? end - 1 : end
}

/** A character that is a word by itself. Hangul vowels and finals are not: they join the consonant before them. */
const ALONE = new RegExp(String.raw`^[${UNSPACED}--[\u1160-\u11ff\ud7b0-\ud7ff]]$`, 'v')
const MARK_FIRST = /^\p{M}/u

function foldText(text: string): string {
  const bare = text.replaceAll(TOO_MANY_MARKS, '$1').normalize('NFKD').replaceAll(OPTIONAL_MARK, '')
  // The character is rare, and the lookbehind takes a quarter of the time.
  const parted = bare.includes('\u200c') ? bare.replaceAll(PERSIAN_SPACE, ' ') : bare
  return parted
    .replaceAll(UNSEEN, '')
    .toUpperCase() // first, because it folds ß and ı, which toLowerCase leaves unchanged
    .toLowerCase()
    .replaceAll(LETTER, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFC')
}

/** No language stacks more marks (UAX #15, stream-safe text), and sorting them takes quadratic time. */
const TOO_MANY_MARKS = /(\p{M}{30})\p{M}+/gu

function lowerAscii(word: string): string {
  return word.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** Normalizes a piece character by character, to know the place of each word in the text. */
function* locateInPiece(piece: string, offset: number): Generator<Word, void, undefined> {
  let form = ''
  const places: { readonly from: number; readonly start: number; readonly end: number }[] = []
  for (const { segment, index } of graphemesOf(piece)) {
    places.push({ from: form.length, start: offset + index, end: offset + index + segment.length })
    form += foldText(segment)
  }
  let place = 0
  for (const { 0: word, index } of form.matchAll(WORD)) {
    while ((places[place + 1]?.from ?? Infinity) <= index) place++
    const start = places[place]?.start ?? offset
    while ((places[place + 1]?.from ?? Infinity) < index + word.length) place++
    if (word.length < MAX_WORD_LENGTH)
      yield { word: lowerAscii(word), start, end: places[place]?.end ?? offset }
  }
}
