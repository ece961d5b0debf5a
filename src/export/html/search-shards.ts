import { explainSqlite, openTemporary } from '../../archive/sqlite/sqlite.ts'
import { searchTextOfEntry, searchTextOfRow } from '../../model/search/searchable-text.ts'
import { normalizeText } from '../../model/search/tokenizer.ts'
import type { ExportedConversation } from '../format.ts'

/** A conversation as a search finds it: the path of its page in the site, its title, and what a list says about it. */
export type FoundRow = readonly [path: string, title: string, about: string]

/** Writes a file of the index. */
type WriteShard = (name: string, parts: Iterable<string>) => Promise<void>

/** Conversations in a shard of rows; characters in a shard of words, unless one word has more. */
const ROWS = 200
const MAX_SHARD = 128 * 1024

/** Bytes of the index that SQLite gathers before it writes them. Each commit would write them too, so there is one transaction. */
const BUFFER = 16 * 1024 * 1024

/** Longer words are hashes and data, which nobody types. */
const MAX_WORD = 40

/** The most characters of a conversation that are indexed. */
const MAX_TEXT = 4 * 1024 * 1024

/**
 * Writes the index of a site that is searched without a server: words in order, each with the numbers of its conversations, and
 * rows by number. A page opened from disk may load scripts but no data, so each shard is a script that calls a function.
 *
 * SQLite sorts the words in a temporary file, so that no index is in memory.
 */
export class SearchShards {
  readonly #db = openIndex()
  readonly #write: WriteShard
  #rows: FoundRow[] = []
  #count = 0

  constructor(write: WriteShard) {
    this.#write = write
  }

  /** Adds a conversation, under the next number. */
  async add(conversation: ExportedConversation, row: FoundRow): Promise<void> {
    explained(() =>
      this.#db.run('insert into text (rowid, words) values (?, ?)', this.#count, wordsIn(conversation)),
    )
    this.#rows.push(row)
    this.#count++
    if (this.#rows.length === ROWS) await this.#writeRows()
  }

  /** Writes what is left, and then a script that tells which shard has which words. */
  async end(): Promise<void> {
    try {
      if (this.#rows.length > 0) await this.#writeRows()
      explained(() => this.#db.exec('commit'))
      const firsts = await this.#writeWords()
      const facts = JSON.stringify({ count: this.#count, rowsPerShard: ROWS, firsts })
      await this.#write('index.js', [`hansardIndex(${facts})\n`])
    } finally {
      this.close()
    }
  }

  /** Removes the temporary file. */
  close(): void {
    this.#db.close()
  }

  async #writeRows(): Promise<void> {
    const number = Math.floor((this.#count - 1) / ROWS)
    await this.#write(`rows-${number}.js`, [`hansardRows(${number},${JSON.stringify(this.#rows)})\n`])
    this.#rows = []
  }

  /** Returns the first word of each shard. */
  async #writeWords(): Promise<string[]> {
    const firsts: string[] = []
    let lines: string[] = []
    let size = 0
    const flush = async () => {
      if (lines.length === 0) return
      const number = firsts.length - 1
      await this.#write(`words-${number}.js`, [`hansardWords(${number},{\n`, lines.join(',\n'), '\n})\n'])
      lines = []
      size = 0
    }
    for (const [word, numbers] of this.#words()) {
      if (size > MAX_SHARD) await flush()
      if (lines.length === 0) firsts.push(word)
      const line = `${JSON.stringify(word)}:"${deltas(numbers)}"`
      lines.push(line)
      size += line.length
    }
    await flush()
    return firsts
  }

  /** Yields the words in order, each with its conversations. */
  *#words(): Generator<[word: string, numbers: number[]]> {
    let word: string | undefined
    let numbers: number[] = []
    for (const [term, number] of this.#db.raw.iterate<[string, number]>('select term, doc from word')) {
      if (term !== word) {
        if (word !== undefined && word.length <= MAX_WORD) yield [word, numbers]
        word = term
        numbers = []
      }
      numbers.push(number)
    }
    if (word !== undefined && word.length <= MAX_WORD) yield [word, numbers]
  }
}

function openIndex() {
  const db = openTemporary()
  db.exec(`create virtual table text using fts5 (words, content = '', detail = none, columnsize = 0, tokenize = 'ascii');
    create virtual table word using fts5vocab (text, instance);
    insert into text (text, rank) values ('hashsize', ${BUFFER});
    begin`)
  return db
}

function wordsIn({ row, entries }: ExportedConversation): string {
  let text = normalizeText(searchTextOfRow(row.text))
  for (const entry of entries()) {
    if (text.length > MAX_TEXT) break
    text += `\n${normalizeText(searchTextOfEntry(entry.text))}`
  }
  return text
}

/** Numbers as the differences between them, in base 36. */
function deltas(numbers: readonly number[]): string {
  let before = 0
  return numbers
    .map((number) => {
      const delta = number - before
      before = number
      return delta.toString(36)
    })
    .join(' ')
}

function explained<T>(work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw explainSqlite(thrown, 'a temporary file')
  }
}
