import { isUtf8 } from 'node:buffer'
import { createHash, hash } from 'node:crypto'

import { HansardError } from '../../errors.ts'
import type { Sqlite, Statement } from '../sqlite/sqlite.ts'

/** A stored history: its last link (0 when it is empty), its length, and one hash over the hashes of its entries. */
export interface StoredHistory {
  readonly tip: number
  readonly length: number
  readonly chain: Buffer
  /** Positions of the entries whose texts the archive did not hold yet. */
  readonly added: readonly number[]
}

/** An entry as it is found: bytes that are JSON in UTF-8; text that is not, or may not be; undefined where it is missing. */
export type StoredEntry = Buffer | string | undefined

/**
 * Entries and the order they stand in. A history is a chain of links that ends in its tip and leads back to its
 * beginning, so that a fork, or the same conversation one answer later, shares all it has in common with the first.
 */
export class Histories {
  readonly #findEntry: Statement
  readonly #addEntry: Statement
  readonly #restoreEntry: Statement
  readonly #findLink: Statement
  readonly #addLink: Statement
  readonly #readLink: Statement
  readonly #readEntry: Statement
  readonly #readFound: Statement

  constructor(db: Sqlite) {
    this.#findEntry = db
      .prepare(
        `select id, json = :json from entry
        where substr(sha256, 1, 8) = substr(:sha256, 1, 8) and sha256 = :sha256`,
      )
      .raw()
    this.#addEntry = db.prepare('insert into entry (sha256, json) values (?, ?)')
    this.#restoreEntry = db.prepare('update entry set json = ? where id = ?')
    this.#findLink = db.prepare('select id from link where previous = ? and entry = ?').pluck()
    this.#addLink = db.prepare('insert into link (previous, entry, position) values (?, ?, ?)')
    this.#readLink = db.prepare('select previous, entry from link where id = ?').raw()
    this.#readEntry = db.prepare('select json from entry where id = ?').pluck()
    this.#readFound = db
      .prepare(
        `select iif(octet_length(json) <= ${LARGE} and json_valid(json), cast(json as blob), json)
        from entry where id = ?`,
      )
      .pluck()
  }

  /** Stores the texts of a history's entries, those that are not there yet. */
  store(entries: readonly string[]): StoredHistory {
    const chain = createHash('sha256')
    const added: number[] = []
    let tip = 0
    for (const [position, json] of entries.entries()) {
      const sha256 = hash('sha256', json, 'buffer')
      chain.update(sha256)
      const known = this.#find(sha256, json)
      if (known === undefined) added.push(position)
      tip = known === undefined ? this.#insert(tip, sha256, json, position) : this.#link(tip, known, position)
    }
    return { tip, length: entries.length, chain: chain.digest(), added }
  }

  /**
   * Reads the texts of a history from its beginning, one at a time.
   *
   * @throws HansardError `archive-damaged` where a part of it is missing
   */
  *read(tip: number): Generator<string, void, undefined> {
    for (const json of this.readDamaged(tip)) {
      if (json === undefined) throw missingPart()
      yield json
    }
  }

  /** Reads a history though parts of it may be missing: undefined stands for an entry, or for all before a lost link. */
  *readDamaged(tip: number): Generator<string | undefined, void, undefined> {
    for (const entry of this.entryIds(tip)) {
      yield this.#readEntry.get(entry) as string | undefined
    }
  }

  /**
   * The same for who copies: bytes need not become text and bytes again, and SQLite tells what is JSON in half the time
   * that parsing takes. (It knows no JSON deeper than a thousand levels, does not look at UTF-8, and reads to the first
   * NUL. Of a large text it makes copies that memory keeps: those are left as text.)
   */
  *readAsFound(tip: number): Generator<StoredEntry, void, undefined> {
    for (const entry of this.entryIds(tip)) {
      const found = this.#readFound.get(entry) as StoredEntry
      yield typeof found === 'object' && (!isUtf8(found) || found.includes(0)) ? found.toString() : found
    }
  }

  /** The numbers of a history's entries, from its beginning; 0 stands for what is lost. */
  entryIds(tip: number): number[] {
    return this.#entriesBefore(tip).reverse()
  }

  /** Puts right the texts among these that are known and have decayed. */
  restore(entries: readonly string[]): void {
    for (const json of entries) this.#find(hash('sha256', json, 'buffer'), json)
  }

  /** A text that decayed kept its hash: now that the same text has come again, it is put right. */
  #find(sha256: Buffer, json: string): number | undefined {
    const [known, isWhole] = (this.#findEntry.get({ sha256, json }) ?? []) as [number?, number?]
    if (known !== undefined && isWhole !== 1) this.#restoreEntry.run(json, known)
    return known
  }

  /** A text that is new to the archive can't be linked to yet, so there is no link to look for. */
  #insert(previous: number, sha256: Buffer, json: string, position: number): number {
    const entry = this.#addEntry.run(sha256, json).lastInsertRowid
    return Number(this.#addLink.run(previous, entry, position).lastInsertRowid)
  }

  #link(previous: number, entry: number, position: number): number {
    const known = this.#findLink.get(previous, entry) as number | undefined
    return known ?? Number(this.#addLink.run(previous, entry, position).lastInsertRowid)
  }

  /** A link always leads to an older one; one that doesn't is damaged, and would lead in a circle for ever. */
  #entriesBefore(tip: number): number[] {
    const entries: number[] = []
    for (let link = tip; link !== 0;) {
      const [previous, entry] = (this.#readLink.get(link) ?? [link, 0]) as [number, number]
      if (previous >= link) return [...entries, NO_ENTRY]
      entries.push(entry)
      link = previous
    }
    return entries
  }
}

const NO_ENTRY = 0

/** In bytes. */
const LARGE = 1024 * 1024

function missingPart(): HansardError {
  return new HansardError('archive-damaged', 'A part of a conversation is missing from the archive', {
    hint: 'See `hansard verify` for what is damaged, and what to do about it.',
  })
}
