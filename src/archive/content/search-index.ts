import { HansardError, messageOf } from '../../errors.ts'
import { searchTextOfEntry, searchTextOfRow } from '../../model/search/searchable-text.ts'
import { spaced } from '../../model/search/tokenizer.ts'
import type { Sqlite } from '../sqlite/sqlite.ts'
import type { Histories } from './histories.ts'
import { Unindexed } from './unindexed-texts.ts'

/** How far the search index is. */
export interface SearchState {
  /** Nothing was ever put into it, though there are conversations. */
  readonly isMissing: boolean
  /** Conversations that came or changed since it was filled. */
  readonly waiting: number
}

/** How the texts to be searched are read; tests hand in functions that throw. */
export interface SearchTexts {
  readonly ofEntry: (json: string) => string
  readonly ofRow: (json: string) => string
}

const ownTexts: SearchTexts = { ofEntry: searchTextOfEntry, ofRow: searchTextOfRow }

/** So many characters of JSON are put into the index at once: what a crash or Ctrl-C takes back. */
const BATCH = 4_000_000

interface NextRevision {
  readonly id: number
  readonly conversation: number
  readonly row: string
  readonly tip: number
}

/**
 * The search index. Entries never change and revisions are only added, so it only grows: what is in it are the entries
 * up to one number and the revisions up to another, and both numbers are those of its outermost documents.
 */
export class SearchIndex {
  readonly #db: Sqlite
  readonly #histories: Histories
  readonly #texts: SearchTexts
  /** What could not be put into it. */
  readonly unindexed: Unindexed

  /** Prepares nothing yet: a damaged index must not keep anybody from the archive. */
  constructor(db: Sqlite, histories: Histories, texts = ownTexts) {
    this.#db = db
    this.#histories = histories
    this.#texts = texts
    this.unindexed = new Unindexed(db)
  }

  /** How far it is. */
  state(): SearchState {
    const { revisions } = this.reach()
    const waiting = this.#value('select count(distinct conversation) from revision where id > ?', revisions)
    return { isMissing: revisions === 0 && waiting > 0, waiting }
  }

  /**
   * Refuses to look for anything where nothing was ever indexed.
   *
   * @throws HansardError `not-indexed`
   */
  refuseMissing(): void {
    if (!this.state().isMissing) return
    throw new HansardError('not-indexed', 'The archive has no search index yet', {
      hint: 'The next `hansard backup` makes it; `hansard verify --repair` does so without a network.',
    })
  }

  /** The last entry and the last revision that are in it. */
  reach(): { readonly entries: number; readonly revisions: number } {
    const last = (order: 'asc' | 'desc') =>
      this.#value(`select rowid from search order by rowid ${order} limit 1`)
    return { entries: Math.max(0, last('desc')), revisions: Math.max(0, -last('asc')) }
  }

  /**
   * Adds what is missing, a batch at a time, and answers whether there is more. Call it inside a transaction. Entries
   * come first: until the revisions follow, they belong to no conversation and are not found.
   */
  addSome(): boolean {
    const { entries, revisions } = this.reach()
    return this.#addEntries(entries) || this.#addRevisions(revisions)
  }

  /** Tries again what could not be put into it: what an older hansard left, or all. Call it inside a transaction. */
  retryUnindexed({ all }: { readonly all: boolean }): void {
    // What was stored for the document has to be told to FTS5 to be taken out: no words.
    const clear = this.#db.prepare(`insert into search (search, rowid, words) values ('delete', ?, '')`)
    const add = this.#db.prepare('insert into search (rowid, words) values (?, ?)')
    for (const document of this.unindexed.documents({ ofOlder: !all })) {
      const words = this.#words(document, this.#jsonOf(document))
      if (words === undefined) continue
      clear.run(document)
      add.run(document, words)
      this.unindexed.forget(document)
    }
  }

  #jsonOf(document: number): string {
    const sql = document > 0 ? 'select json from entry where id = ?' : 'select row from revision where id = ?'
    return this.#db.prepare(sql).pluck().get(Math.abs(document)) as string
  }

  /** A text that can't be read is noted and leaves its document empty: it must not keep out what comes behind it. */
  #words(document: number, json: string): string | undefined {
    try {
      return spaced(document > 0 ? this.#texts.ofEntry(json) : this.#texts.ofRow(json))
    } catch (thrown) {
      this.unindexed.note(document, messageOf(thrown))
      return undefined
    }
  }

  #addEntries(after: number): boolean {
    const next = this.#db.prepare('select id, json from entry where id > ? order by id limit 1')
    const add = this.#db.prepare('insert into search (rowid, words) values (?, ?)')
    let left = BATCH
    for (let id = after; left > 0;) {
      const entry = next.get(id) as { id: number; json: string } | undefined
      if (entry === undefined) return false
      add.run(entry.id, this.#words(entry.id, entry.json) ?? '')
      left -= entry.json.length + 100
      id = entry.id
    }
    return true
  }

  #addRevisions(after: number): boolean {
    const next = this.#db.prepare(
      'select id, conversation, row, tip from revision where id > ? order by id limit 1',
    )
    const add = this.#db.prepare('insert into search (rowid, words) values (?, ?)')
    const batch: NextRevision[] = []
    let left = BATCH
    for (let id = after; left > 0;) {
      const revision = next.get(id) as NextRevision | undefined
      if (revision === undefined) break
      batch.push(revision)
      left -= revision.row.length + 2000
      id = revision.id
    }
    // FTS5 writes its buffer out whenever a number is lower than the one before it.
    for (const { id, row } of batch.toReversed()) add.run(-id, this.#words(-id, row) ?? '')
    for (const revision of batch) this.#hold(revision)
    return left <= 0
  }

  /** A history mostly grows: what it held before is looked at only to take away what it holds no more. */
  #hold({ id, conversation, tip }: NextRevision): void {
    const add = this.#db.prepare('insert into holding values (?, ?) on conflict do nothing')
    const remove = this.#db.prepare('delete from holding where document = ? and conversation = ?')
    const held = new Set(this.#histories.entryIds(tip).filter((entry) => entry !== 0))
    for (const document of this.#heldBefore(id, conversation)) {
      if (!held.has(document)) remove.run(document, conversation)
    }
    for (const document of [-id, ...held]) add.run(document, conversation)
  }

  #heldBefore(id: number, conversation: number): number[] {
    const before = this.#db
      .prepare(
        `select id, tip from revision where conversation = ? and id < ?
          and exists (select 1 from holding where document = -id and conversation = revision.conversation)`,
      )
      .all(conversation, id) as { id: number; tip: number }[]
    return before.flatMap((revision) => [-revision.id, ...this.#histories.entryIds(revision.tip)])
  }

  #value(sql: string, ...values: readonly number[]): number {
    return Number(
      this.#db
        .prepare(sql)
        .pluck()
        .get(...values) ?? 0,
    )
  }
}
