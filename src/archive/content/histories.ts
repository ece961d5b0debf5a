import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'

import { HansardError } from '../../errors.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'

/** A stored history: its last link (0 if it is empty), its length, and a hash over the hashes of its entries. */
export interface StoredHistory {
  readonly tip: number
  readonly length: number
  readonly chain: Buffer
  /** Positions of the entries that are new to the archive. */
  readonly added: readonly number[]
}

/** An entry of a damaged archive: bytes if it is JSON in UTF-8; text if it is not, or may not be; undefined if it is lost. */
export type StoredEntry = Buffer | string | undefined

/** A part of a history: positions of its first and last entry. Default: all entries. */
export interface HistoryRange {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/**
 * Entries and their order. A history is a chain of links from its tip back to its start, so that a fork, or a later
 * revision of the same conversation, shares all links of their common beginning.
 */
export class Histories extends DatabaseAccess {
  /** Stores a history: those entries and links that are not in the archive yet. */
  store(entries: readonly string[]): StoredHistory {
    const hashes: Buffer[] = []
    const added: number[] = []
    let tip = 0
    for (const [position, json] of entries.entries()) {
      const sha256 = hash('sha256', json, 'buffer')
      hashes.push(sha256)
      const known = this.#find(sha256, json)
      if (known === undefined) added.push(position)
      tip = known === undefined ? this.#insert(tip, sha256, json, position) : this.#link(tip, known, position)
    }
    const chain = hash('sha256', Buffer.concat(hashes), 'buffer')
    return { tip, length: entries.length, chain, added }
  }

  /**
   * Reads the entries of a history in order, one at a time.
   *
   * @throws HansardError `archive-damaged` when a part of it is missing
   */
  *read(tip: number, range?: HistoryRange): Generator<string, void, undefined> {
    for (const json of this.readDamaged(tip, range)) {
      if (json === undefined) throw missingPart()
      yield json
    }
  }

  /** Reads a damaged history: undefined stands for a lost entry, or for all entries before a lost link. */
  *readDamaged(tip: number, range?: HistoryRange): Generator<string | undefined, void, undefined> {
    for (const entry of this.entryIds(tip, range)) {
      yield this.db.pluck.get<string>('select json from entry where id = ?', entry)
    }
  }

  /**
   * Reads a damaged history for copying, as bytes where possible. SQLite validates JSON in half the time that parsing
   * takes, but it accepts at most 1,000 levels, does not check UTF-8, and stops at the first NUL. Large entries are
   * returned as text, because SQLite's copies of them would stay in memory.
   */
  *readAsFound(tip: number, range?: HistoryRange): Generator<StoredEntry, void, undefined> {
    for (const entry of this.entryIds(tip, range)) {
      const sql = `select iif(octet_length(json) <= ${LARGE} and json_valid(json), cast(json as blob), json)
        from entry where id = ?`
      const found = this.db.pluck.get(sql, entry) as StoredEntry
      yield typeof found === 'object' && (!isUtf8(found) || found.includes(0)) ? found.toString() : found
    }
  }

  /**
   * The ids of a history's entries in order; 0 stands for a lost part. A link always leads to an older one. One that does not is
   * damaged, and following it might never end. The last links are read one by one, which is faster for the many short histories;
   * the rest of a long one is read by one query, which takes a third of the time.
   */
  entryIds(tip: number, { from = 0, to = Infinity }: HistoryRange = {}): number[] {
    const entries: number[] = []
    let link = tip
    while (link !== 0 && entries.length < SHORT) {
      const found = this.db.raw.get<[number, number]>('select previous, entry from link where id = ?', link)
      const [previous, entry] = found ?? [link, LOST]
      const isSound = previous < link
      entries.push(isSound ? entry : LOST)
      link = isSound ? previous : 0
    }
    entries.reverse()
    const all = link === 0 ? entries : this.#walk(link, 'step.entry', 'step').concat(entries)
    return all.slice(from, to + 1)
  }

  /** The sizes of a history's entries in bytes, in order; 0 for a lost part. The texts are not read. */
  sizes(tip: number): number[] {
    const table = 'step left join entry on entry.id = step.entry'
    return this.#walk(tip, 'ifnull(octet_length(json), 0)', table)
  }

  /** Follows the links of a history from its tip, and returns a value for each entry in order; 0 stands for a lost part. */
  #walk(tip: number, value: string, table: string): number[] {
    const values: number[] = []
    let next = tip
    const sql = `${STEPS} select step.id, previous, ${value} from ${table}`
    for (const [id, previous, found] of this.db.raw.iterate<[number, number, number]>(sql, tip)) {
      const isSound = previous < id
      values.push(isSound ? found : LOST)
      next = isSound ? previous : 0
    }
    if (next !== 0) values.push(LOST) // the link before the last one found is missing
    return values.reverse()
  }

  /** The first entry of a history as JSON; undefined if there is none, or if it is lost. Other entries are not read. */
  first(tip: number): string | undefined {
    const sql = `${STEPS} select json from step join entry on entry.id = step.entry where previous = 0`
    return this.db.pluck.get(sql, tip)
  }

  /** The last position of an entry in a history; null if it is not found. */
  positionOf(entry: number, tip: number): number | null {
    const sql = `
      with recursive step (id, previous, entry, position) as (
        select id, previous, entry, position from link where id = :tip
        union all
        select link.id, link.previous, link.entry, link.position
        from step join link on link.id = step.previous where step.previous < step.id
      )
      select position from step where entry = :entry limit 1`
    return this.db.pluck.get<number>(sql, { entry, tip }) ?? null
  }

  /** Restores those of these entries that are in the archive and have decayed. */
  restore(entries: readonly string[]): void {
    for (const json of entries) this.#find(hash('sha256', json, 'buffer'), json)
  }

  /** Finds an entry by its hash. If its text has decayed, this restores it: the same text has just been fetched. */
  #find(sha256: Buffer, json: string): number | undefined {
    const sql = `select id from entry
      where substr(sha256, 1, 8) = substr(:sha256, 1, 8) and sha256 = :sha256`
    const known = this.db.pluck.get<number>(sql, { sha256 })
    if (known !== undefined)
      this.db.run('update entry set json = :json where id = :known and json is not :json', { known, json })
    return known
  }

  /** A new entry has no links yet, so this does not look for one. */
  #insert(previous: number, sha256: Buffer, json: string, position: number): number {
    const entry = this.db.run('insert into entry (sha256, json) values (?, ?)', sha256, json).lastInsertRowid
    return this.#insertLink(previous, Number(entry), position)
  }

  #link(previous: number, entry: number, position: number): number {
    const known = this.db.pluck.get('select id from link where previous = ? and entry = ?', previous, entry)
    return (known as number | undefined) ?? this.#insertLink(previous, entry, position)
  }

  #insertLink(previous: number, entry: number, position: number): number {
    const sql = 'insert into link (previous, entry, position) values (?, ?, ?)'
    return Number(this.db.run(sql, previous, entry, position).lastInsertRowid)
  }
}

const LOST = 0

/** Links. */
const SHORT = 100

/** The links of a history from its tip on. There is one link at a time to go on from, so they come in this order. */
const STEPS = `
  with recursive step (id, previous, entry) as (
    select id, previous, entry from link where id = ?
    union all
    select link.id, link.previous, link.entry
    from step join link on link.id = step.previous where step.previous < step.id
  )`

/** Bytes. */
const LARGE = 1024 * 1024

function missingPart(): HansardError {
  return new HansardError('archive-damaged', 'A part of a conversation is missing from the archive', {
    hint: 'See `hansard verify` for what is damaged, and what to do about it.',
  })
}
