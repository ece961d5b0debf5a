/**
 * Words as the search index knows them. Text and query go through the same rules, so that a query finds what a reader
 * sees: case and accents do not count, compatible forms (ﬁ, ｶ, ①) are what they stand for, and in scripts that are
 * written without spaces (and Hangul, whose particles cling to words) every character is a word of its own, so that a
 * query is found wherever its characters stand in a row. No dictionary decides, and none can change.
 */
export interface Word {
  /** In the form in which words are compared. */
  readonly word: string
  /** Where it stands in the text. */
  readonly start: number
  readonly end: number
}

/**
 * Prepares text for FTS5's tokenizer `ascii`, which splits at ASCII punctuation and takes everything beyond ASCII as a
 * letter: what is ASCII stays as it is, the rest is put into words.
 */
export function spaced(text: string): string {
  const readable = text.replaceAll(BLOB, ' ')
  if (ASCII_ONLY.test(readable)) return readable
  return readable.replaceAll(RUN, spacedRun)
}

/** The words of a text in the form in which they are compared. */
export function wordsOf(text: string): string[] {
  return spaced(text).match(RUN)?.map(lowerAscii) ?? []
}

/** The words of a text, one at a time, and where each stands. */
export function* placedWords(text: string): Generator<Word, void, undefined> {
  const readable = text.replaceAll(BLOB, (blob) => ' '.repeat(blob.length))
  for (const { 0: run, index } of readable.matchAll(RUN)) {
    if (ASCII_ONLY.test(run)) yield { word: lowerAscii(run), start: index, end: index + run.length }
    else yield* placedInRun(run, index)
  }
}

/** Longer words are nobody's: encoded files, keys, noise. */
const LONGEST = 1000

/**
 * Encoded bytes, which nobody reads: `data:` URIs, and what only looks like one long word. (The look behind keeps the
 * search linear: no word is tried again from each of its letters.)
 */
const BLOB = /\b[Dd][Aa][Tt][Aa]:[\w.+-]+\/[\w.+-]+(?:;[\w.+=-]+)*,[^\s"'<>()]*|(?<![\w+/=-])[\w+/=-]{1000,}/g

const ASCII_ONLY = /^[\0-\x7f]*$/
const RUN = /[0-9A-Za-z\u0080-\u{10ffff}]+/gu

/** Marks that a reader may leave out; of Indic and Southeast Asian scripts they are vowels, of kana other syllables. */
const OPTIONAL_MARK = new RegExp(
  String.raw`[[\p{M}&&[${scripts('Inherited', 'Latin', 'Greek', 'Cyrillic', 'Hebrew', 'Arabic', 'Syriac')}]]--[\u3099\u309a]]`,
  'gv',
)

/** In Persian it stands for a space that joins nothing; in Indic scripts it only shapes letters. */
const PERSIAN_SPACE = /(?<=\p{sc=Arabic}\p{M}*)\u200c/gu

/** Characters without a look of their own (but for the zero-width space), and the stroke that stretches Arabic words. */
const UNSEEN = /(?!\u200b)[\p{Cf}\u0640]/gu

/** What Unicode does not take apart, and people write one way or the other. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ ø: 'o', ł: 'l', đ: 'd', ħ: 'h', æ: 'ae', œ: 'oe', ς: 'σ' },
  ...{ ى: 'ي', ی: 'ي', ک: 'ك' },
}
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu')

/** Letters of scripts without spaces between words. */
const UNSPACED = String.raw`[[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}${scripts(
  ...['Hangul', 'Yi', 'Tangut', 'Nushu', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Javanese', 'Balinese'],
  ...['Tai_Tham', 'Tai_Viet', 'New_Tai_Lue'],
)}]&&[\p{L}\p{N}]]`

/** A symbol is a word too, but for the lines that tables are drawn with. */
const SYMBOL = String.raw`[[\p{Sc}\p{Sm}\p{So}]--[\p{ASCII}\u2500-\u259f\ufffd]]`

const WORD = new RegExp(String.raw`${UNSPACED}\p{M}*|${SYMBOL}|[[\p{L}\p{N}\p{M}\p{Co}]--${UNSPACED}]+`, 'gv')

function scripts(...names: readonly string[]): string {
  return names.map((name) => `\\p{sc=${name}}`).join('')
}

/** Of words that come again and again (Unicode normalisation is what takes the time). */
const known = new Map<string, string>()
const KNOWN_WORDS = 20_000
const KNOWN_LENGTH = 24

function spacedRun(run: string): string {
  if (ASCII_ONLY.test(run)) return run
  const before = known.get(run)
  if (before !== undefined) return before
  const words = comparable(run).match(WORD) ?? []
  const form = ` ${words.filter((word) => word.length < LONGEST).join(' ')} `
  if (run.length > KNOWN_LENGTH) return form
  if (known.size >= KNOWN_WORDS) known.clear()
  known.set(run, form)
  return form
}

function comparable(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(OPTIONAL_MARK, '')
    .replaceAll(PERSIAN_SPACE, ' ')
    .replaceAll(UNSEEN, '')
    .toUpperCase() // first: it takes ß and ı apart, which lower case leaves alone
    .toLowerCase()
    .replaceAll(LETTER, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFC')
}

function lowerAscii(word: string): string {
  return word.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** Brings a run into its comparable form piece by piece, to know where in the text each word came from. */
function* placedInRun(run: string, offset: number): Generator<Word, void, undefined> {
  let form = ''
  const places: { readonly from: number; readonly start: number; readonly end: number }[] = []
  for (const { segment, index } of graphemes.segment(run)) {
    places.push({ from: form.length, start: offset + index, end: offset + index + segment.length })
    form += comparable(segment)
  }
  let place = 0
  for (const { 0: word, index } of form.matchAll(WORD)) {
    while ((places[place + 1]?.from ?? Infinity) <= index) place++
    const start = places[place]?.start ?? offset
    while ((places[place + 1]?.from ?? Infinity) < index + word.length) place++
    if (word.length < LONGEST) yield { word: lowerAscii(word), start, end: places[place]?.end ?? offset }
  }
}

const graphemes = new Intl.Segmenter()
