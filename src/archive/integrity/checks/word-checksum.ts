import { spaced } from '../../../model/search/tokenizer.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'

/**
 * One number over all words of all documents and their places, whatever the order in which they come: the index has them
 * by word, the texts by document, and neither fits into memory. A sum of products, so that SQLite can add up the places
 * of each word, and JavaScript multiply once a word.
 */
export class WordChecksum {
  #sum = 0

  /**
   * Adds the words of a document, as FTS5's tokenizer `ascii` finds them. One unit after the other: to cut each word out
   * takes five times as long.
   */
  add(document: number, text: string): void {
    const words = `${spaced(text)} `
    let [place, hash, length] = [0, HASH_START, 0]
    for (let i = 0; i < words.length; i++) {
      const unit = words.charCodeAt(i)
      if (isOfWord(unit)) {
        hash = hashNext(hash, unit >= 65 && unit <= 90 ? unit + 32 : unit)
        length++
      } else if (length > 0) {
        this.#sum = (this.#sum + Math.imul(hash, placeNumber(document, place))) | 0
        place++
        hash = HASH_START
        length = 0
      }
    }
  }

  /** Adds a word with the sum of the numbers of its places. */
  addWord(word: string, places: number): void {
    this.#sum = (this.#sum + Math.imul(hashOf(word), places)) | 0
  }

  get value(): number {
    return this.#sum
  }
}

/**
 * Reads the same number from the index; undefined where SQLite makes no temporary table any more. It does not after it
 * has given up checking its pages, which is then reported.
 */
export function checksumOfIndex(db: Sqlite): number | undefined {
  if (!canList(db)) return undefined
  const words = db
    .prepare(
      `select term, sum((doc * ${BY_DOCUMENT} + "offset" * ${BY_PLACE} + doc * "offset" + 1) & ${MASK}) & ${MASK}
      from temp.search_words group by term order by term`,
    )
    .raw()
  const checksum = new WordChecksum()
  for (const [word, places] of words.iterate() as Iterable<[string, number]>) checksum.addWord(word, places)
  return checksum.value
}

function canList(db: Sqlite): boolean {
  try {
    db.exec(`
      drop table if exists temp.search_words;
      create virtual table temp.search_words using fts5vocab(main, search, instance)`)
    return true
  } catch {
    return false
  }
}

const BY_DOCUMENT = 40_503
const BY_PLACE = 69_069
const MASK = 0xffffffff

/** The same in 32 bits as SQLite has it in 64 and masks. */
function placeNumber(document: number, place: number): number {
  return (Math.imul(document, BY_DOCUMENT) + Math.imul(place, BY_PLACE) + Math.imul(document, place) + 1) | 0
}

function isOfWord(unit: number): boolean {
  return unit > 127 || (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90)
}

/** FNV-1a over UTF-16 units. */
const HASH_START = 0x811c9dc5

function hashNext(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193)
}

function hashOf(word: string): number {
  let hash = HASH_START
  for (let i = 0; i < word.length; i++) hash = hashNext(hash, word.charCodeAt(i))
  return hash
}
