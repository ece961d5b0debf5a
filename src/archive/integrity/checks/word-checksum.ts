import { normalizeText } from '../../../model/search/tokenizer.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'

/**
 * A checksum over all words of all documents and their positions that does not depend on their order: the index lists them
 * by word, the texts by document, and neither fits into memory. It is a sum of products, so that SQLite can sum up the
 * positions of each word and JavaScript multiplies once for each word.
 */
export class WordChecksum {
  #sum = 0

  /**
   * Adds the words of a document, split as FTS5's tokenizer `ascii` does. It hashes unit by unit: cutting out each word
   * takes five times as long.
   */
  add(document: number, text: string): void {
    const words = `${normalizeText(text)} `
    let [position, hash, length] = [0, HASH_START, 0]
    for (let i = 0; i < words.length; i++) {
      const unit = words.charCodeAt(i)
      if (isWordUnit(unit)) {
        hash = hashNext(hash, unit >= 65 && unit <= 90 ? unit + 32 : unit)
        length++
      } else if (length > 0) {
        this.#sum = (this.#sum + Math.imul(hash, weightOf(document, position))) | 0
        position++
        hash = HASH_START
        length = 0
      }
    }
  }

  /** Adds a word with the sum of the weights of its positions. */
  addWord(word: string, weights: number): void {
    this.#sum = (this.#sum + Math.imul(hashOf(word), weights)) | 0
  }

  get value(): number {
    return this.#sum
  }
}

/**
 * Computes the checksum of the index; undefined if SQLite cannot create a temporary table. That happens after it gave up
 * checking its pages, which is reported already.
 */
export function checksumOfIndex(db: Sqlite): number | undefined {
  if (!createWordTable(db)) return undefined
  const sql = `select term,
      sum((doc * ${BY_DOCUMENT} + "offset" * ${BY_POSITION} + doc * "offset" + 1) & ${MASK}) & ${MASK}
    from temp.search_words group by term order by term`
  const words = db.raw.iterate<[word: string, weights: number]>(sql)
  const checksum = new WordChecksum()
  for (const [word, weights] of words) checksum.addWord(word, weights)
  return checksum.value
}

function createWordTable(db: Sqlite): boolean {
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
const BY_POSITION = 69_069
const MASK = 0xffffffff

/** The weight of a position in 32 bits; the SQL above computes the same in 64 bits and masks it. */
function weightOf(document: number, position: number): number {
  return (
    (Math.imul(document, BY_DOCUMENT) +
      Math.imul(position, BY_POSITION) +
      Math.imul(document, position) +
      1) |
    0
  )
}

function isWordUnit(unit: number): boolean {
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
