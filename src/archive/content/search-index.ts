import { HansardError, messageOf } from '../../errors.ts'
import { searchTextOfEntry, searchTextOfRow } from '../../model/search/searchable-text.ts'
import { normalizeText } from '../../model/search/tokenizer.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'
import type { Sqlite } from '../sqlite/sqlite.ts'
import { Histories } from './histories.ts'
import { Unindexed } from './unindexed-texts.ts'

/** How much of the archive the search index covers. */
export interface SearchState {
  /** There are conversations, but nothing was ever indexed. */
  readonly isMissing: boolean
  /** Number of conversations that were added or changed since the index was filled. */
  readonly waiting: number
}

/** Extracts the searchable text from JSON; tests pass functions that throw. */
export type SearchTexts = Readonly<Record<'ofEntry' | 'ofRow', (json: string) => string>>

const searchTexts: SearchTexts = { ofEntry: searchTextOfEntry, ofRow: searchTextOfRow }

/** Characters of JSON that are indexed in one transaction: at most this much work is lost in a crash. */
const BATCH = 16_000_000

/**
 * Bytes of words that FTS5 collects before it writes them: more than those of a batch. With its default of 1 MB it wrote many
 * small parts of the index and merged them again: filling took half as long again. Batches and a buffer of a quarter of this size
 * wrote a byte more for each byte stored.
 */
const BUFFER = 32_000_000

interface NextRevision {
  readonly id: number
  readonly conversation: number
  readonly tip: number
  /** Bytes of its row. The row itself is read when it is indexed: a batch has thousands of them. */
  readonly size: number
}

/**
 * The full-text index. Entries never change and revisions are only added, so it only grows: it covers all entries up to
 * one id and all revisions up to another, which are the highest and the lowest rowid in it (see the schema).
 */
export class SearchIndex extends DatabaseAccess {
  /** Documents that could not be indexed. */
  readonly unindexed = new Unindexed(this.db)
  readonly #histories = new Histories(this.db)
  readonly #texts: SearchTexts

  constructor(db: Sqlite, texts = searchTexts) {
    super(db)
    this.#texts = texts
  }

  state(): SearchState {
    const { revisions } = this.reach()
    const waiting = this.#value('select count(distinct conversation) from revision where id > ?', revisions)
    return { isMissing: revisions === 0 && waiting > 0, waiting }
  }

  /**
   * Refuses a search while nothing was ever indexed.
   *
   * @throws HansardError `not-indexed`
   */
  refuseMissing(): void {
    if (!this.state().isMissing) return
    throw new HansardError('not-indexed', 'The archive has no search index yet', {
      hint: 'Run `hansard backup`, or `hansard verify --repair`, which needs no network.',
    })
  }

  /** The ids of the last entry and the last revision in the index. */
  reach(): { readonly entries: number; readonly revisions: number } {
    const last = (order: 'asc' | 'desc') =>
      this.#value(`select rowid from search order by rowid ${order} limit 1`)
    return { entries: Math.max(0, last('desc')), revisions: Math.max(0, -last('asc')) }
  }

  /** Number of texts that are not indexed yet, or slightly more: ids may have gaps. */
  left(): number {
    const { entries, revisions } = this.reach()
    const last = (table: string) => this.#value(`select coalesce(max(id), 0) from ${table}`)
    return last('entry') - entries + last('revision') - revisions
  }

  /**
   * Indexes one batch of what is missing, and returns whether there is more. Call it inside a transaction. Entries come
   * first: until their revisions follow, they belong to no conversation and are not found.
   *
   * @param characters of JSON that are indexed at most, except that a text is never split
   */
  addSome(characters = BATCH): boolean {
    const { entries, revisions } = this.reach()
    if (entries === 0 && revisions === 0) this.#enlargeBuffer()
    return this.#addEntries(entries, characters) || this.#addRevisions(revisions, characters)
  }

  /** Makes the index empty; `addSome` fills it again. */
  clear(): void {
    this.db.run(`insert into search (search) values ('delete-all')`)
    this.db.run('delete from holding')
    this.unindexed.clear()
  }

  /** Retries documents that could not be indexed: those that another version tried, or all. Call it inside a transaction. */
  retryUnindexed({ all }: { readonly all: boolean }): void {
    for (const document of this.unindexed.documents({ ofOlder: !all })) {
      const words = this.#extractWords(document, this.readJson(document) as string)
      if (words === undefined) continue
      // FTS5 must be given the indexed words to remove a document: there are none.
      this.db.run(`insert into search (search, rowid, words) values ('delete', ?, '')`, document)
      this.#addDocument(document, words)
      this.unindexed.forget(document)
    }
  }

  /** The JSON text of a document. */
  readJson(document: number): string | undefined {
    const sql = document > 0 ? 'select json from entry where id = ?' : 'select row from revision where id = ?'
    return this.db.pluck.get(sql, Math.abs(document))
  }

  /** Records a text that cannot be indexed, so that it does not block the texts after it; its document stays empty. */
  #extractWords(document: number, json: string): string | undefined {
    try {
      return normalizeText(document > 0 ? this.#texts.ofEntry(json) : this.#texts.ofRow(json))
    } catch (thrown) {
      this.unindexed.note(document, messageOf(thrown))
      return undefined
    }
  }

  /** FTS5 stores the setting in the archive, but not in the definition of the table, so every new index needs it. */
  #enlargeBuffer(): void {
    this.db.run(`insert into search (search, rank) values ('hashsize', ${BUFFER})`)
  }

  #addEntries(after: number, characters: number): boolean {
    const sql = 'select id, json from entry where id > :after order by id limit 1'
    let left = characters
    for (const { id, json } of this.oneByOne<{ id: number; json: string }>(sql, {}, after)) {
      this.#addDocument(id, this.#extractWords(id, json))
      left -= json.length + 100
      if (left <= 0) return true
    }
    return false
  }

  #addRevisions(after: number, characters: number): boolean {
    const sql = `select id, conversation, tip, octet_length(row) as size from revision
      where id > :after order by id limit 1`
    const batch: NextRevision[] = []
    let left = characters
    for (const revision of this.oneByOne<NextRevision>(sql, {}, after)) {
      batch.push(revision)
      left -= revision.size + 2000
      if (left <= 0) break
    }
    // FTS5 flushes its buffer whenever a rowid is lower than the one before it, so the lowest goes first.
    for (const { id } of batch.toReversed())
      this.#addDocument(-id, this.#extractWords(-id, this.readJson(-id) as string))
    for (const revision of batch) this.#updateHolding(revision)
    return left <= 0
  }

  #addDocument(document: number, words = ''): void {
    this.db.run('insert into search (rowid, words) values (?, ?)', document, words)
  }

  /** Histories mostly grow, so few documents have to be removed. */
  #updateHolding({ id, conversation, tip }: NextRevision): void {
    const held = new Set(this.#histories.entryIds(tip).filter((entry) => entry !== 0))
    for (const document of this.#heldBefore(id, conversation)) {
      if (held.has(document)) continue
      this.db.run('delete from holding where document = ? and conversation = ?', document, conversation)
    }
    for (const document of [-id, ...held])
      this.db.run('insert into holding values (?, ?) on conflict do nothing', document, conversation)
  }

  #heldBefore(id: number, conversation: number): number[] {
    const sql = `select id, tip from revision where conversation = ? and id < ?
      and exists (select 1 from holding where document = -id and conversation = revision.conversation)`
    const before = this.db.all<{ id: number; tip: number }>(sql, conversation, id)
    return before.flatMap((revision) => [-revision.id, ...this.#histories.entryIds(revision.tip)])
  }

  #value(sql: string, ...values: readonly number[]): number {
    return Number(this.db.pluck.get(sql, ...values) ?? 0)
  }
}
