import { HansardError } from '../errors.ts'
import { searchTextOfEntry, searchTextOfRow } from '../model/search-text.ts'
import { spaced } from '../model/words.ts'
import type { Histories } from './histories.ts'
import type { Sqlite } from './sqlite.ts'

/** How far the search index is. */
export interface SearchState {
  /** Nothing was ever put into it, though there are conversations. */
  readonly isMissing: boolean
  /** Conversations that came or changed since it was filled. */
  readonly waiting: number
}

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

  /** Prepares nothing yet: a damaged index must not keep anybody from the archive. */
  constructor(db: Sqlite, histories: Histories) {
    this.#db = db
    this.#histories = histories
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

  #addEntries(after: number): boolean {
    const next = this.#db.prepare('select id, json from entry where id > ? order by id limit 1')
    const add = this.#db.prepare('insert into search (rowid, words) values (?, ?)')
    let left = BATCH
    for (let id = after; left > 0;) {
      const entry = next.get(id) as { id: number; json: string } | undefined
      if (entry === undefined) return false
      add.run(entry.id, spaced(searchTextOfEntry(entry.json)))
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
    for (const { id, row } of batch.toReversed()) add.run(-id, spaced(searchTextOfRow(row)))
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
