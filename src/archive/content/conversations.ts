import { instantOf } from '../../model/instant.ts'
import { redactStored } from '../../model/secrets/redact-json.ts'
import { isSettled } from '../../model/settling.ts'
import type { Sqlite, Statement } from '../sqlite/sqlite.ts'
import type { StoredEntry, Histories } from './histories.ts'
import { Revisions, type FetchedConversation } from './revisions.ts'
import type { SearchIndex } from './search-index.ts'
import { conditionOf, defineSelectionFunctions, type Selection } from './selection.ts'

/** What the archive knows of a conversation, without its content. */
export interface KnownConversation {
  readonly key: number
  readonly revision: number
  readonly row: string
  readonly updatedAt: string | null
  readonly fetchedAt: string
  readonly goneAt: string | null
}

/** A stored conversation: its row as it came (JSON text, secrets redacted), and the way to its entries. */
export interface StoredConversation {
  readonly id: string
  readonly row: string
  /** How many entries it has. */
  readonly length: number
  /** When it was found to be no longer upstream (ISO 8601). */
  readonly goneAt: string | null
  readonly fetchedAt: string
  /** When it was created, in the form of `instantOf`; null where the API did not say so. */
  readonly createdAt: string | null
  /** The texts of the entries in their order, as they came, read one at a time. */
  entries(): Iterable<string>
  /** The same, though parts of it may be missing or decayed: undefined stands for an entry, or all before a lost link. */
  entriesAsFound(): Iterable<StoredEntry>
}

/** A conversation as a line of a list; the times of the API are as it sent them, `goneAt` is ours (ISO 8601). */
export interface ListedConversation {
  readonly id: string
  readonly name: string | null
  readonly model: string | null
  readonly agentId: string | null
  readonly createdAt: string | null
  readonly updatedAt: string | null
  readonly entries: number
  readonly goneAt: string | null
}

/** How storing a conversation ended. */
export interface StoreResult {
  readonly outcome: 'new' | 'updated' | 'unchanged'
  /** It had been marked gone, and is back. */
  readonly isRevived: boolean
  /** What became of history that should only have grown; undefined where it only grew. */
  readonly altered: string | undefined
  /** Positions of the entries whose texts the archive did not hold yet. */
  readonly added: readonly number[]
}

/** The conversations of the archive and their revisions. */
export class Conversations {
  readonly #histories: Histories
  readonly #revisions: Revisions
  readonly #known: Statement
  readonly #addConversation: Statement
  readonly #setRevision: Statement
  readonly #touch: Statement
  readonly #markGone: Statement
  readonly #count: Statement
  readonly #sample: Statement
  readonly #one: Statement
  readonly #byKey: Statement
  readonly #revision: Statement
  readonly #db: Sqlite
  readonly #index: SearchIndex

  constructor(db: Sqlite, histories: Histories, index: SearchIndex) {
    defineSelectionFunctions(db)
    this.#db = db
    this.#index = index
    this.#histories = histories
    this.#revisions = new Revisions(db, histories)
    this.#known = db.prepare(`
      select key, revision, row, updated_at as updatedAt, fetched_at as fetchedAt, gone_at as goneAt
      from conversation join revision on revision.id = conversation.revision where conversation.id = ?`)
    this.#addConversation = db.prepare('insert into conversation (id, revision, fetched_at) values (?, 0, ?)')
    this.#setRevision = db.prepare('update conversation set revision = ? where key = ?')
    this.#touch = db.prepare('update conversation set fetched_at = ?, gone_at = null where key = ?')
    this.#markGone = db.prepare('update conversation set gone_at = ? where id = ?')
    this.#count = db.prepare('select count(*) from conversation').pluck()
    this.#sample = db
      .prepare('select id from conversation where gone_at is null order by random() limit ?')
      .pluck()
    const stored = `
      select conversation.id, row, tip, length, gone_at as goneAt, fetched_at as fetchedAt, created_at
      from conversation join revision on revision.id = conversation.revision`
    this.#one = db.prepare(`${stored} where conversation.id = ?`)
    this.#byKey = db.prepare(`${stored} where conversation.key = ?`)
    this.#revision = db.prepare(`
      select conversation.id, revision.id as number, row, tip, length, gone_at as goneAt, stored_at as fetchedAt,
        created_at
      from conversation join revision on revision.conversation = conversation.key
      where conversation.id = ? and revision.id < ? order by revision.id desc limit 1`)
  }

  /** What is known of a conversation by its id. */
  known(id: string): KnownConversation | undefined {
    return this.#known.get(id) as KnownConversation | undefined
  }

  /** Conversations without their content, oldest first. */
  list(selection: Selection): IterableIterator<ListedConversation> {
    return this.#select(
      `conversation.id, name, model, agent_id as agentId, created_at as createdAt, updated_at as updatedAt,
      length as entries, gone_at as goneAt`,
      selection,
    ) as IterableIterator<ListedConversation>
  }

  /** How many conversations there are, gone ones included. */
  count(): number {
    return this.#count.get() as number
  }

  /** Some ids that were there when last looked, at random. */
  sampleLive(size: number): string[] {
    return this.#sample.all(size) as string[]
  }

  /** One conversation in its newest revision; undefined if the archive has no such id. */
  read(id: string): StoredConversation | undefined {
    const row = this.#one.get(id)
    return row === undefined ? undefined : this.#stored(row)
  }

  /** A conversation in each of its revisions, the newest first. */
  *revisions(id: string): Generator<StoredConversation, void, undefined> {
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const row = this.#revision.get(id, before) as { number: number } | undefined
      if (row === undefined) return
      const { number, ...stored } = row
      yield this.#stored(stored)
      before = number
    }
  }

  /**
   * The conversations of a selection in their newest revisions, oldest first; those without a creation time come before
   * all others. Keys are sorted, then rows are read one at a time, so that sorting needs no memory for rows.
   */
  *readAll(selection: Selection): Generator<StoredConversation, void, undefined> {
    const keys = this.#select('conversation.key', selection) as IterableIterator<{ key: number }>
    for (const { key } of keys) yield this.#stored(this.#byKey.get(key))
  }

  /** Those of these ids that the archive does not have. */
  missing(ids: readonly string[]): string[] {
    return ids.filter((id) => this.known(id) === undefined)
  }

  /** Marks a conversation as no longer upstream; all that is stored of it stays. */
  markGone(id: string, at: string): void {
    this.#markGone.run(at, id)
  }

  /** Stores what was fetched, as a new revision if its content changed. Call it inside a transaction. */
  store(fetched: FetchedConversation, run: number, now: string): StoreResult {
    const known = this.known(fetched.id)
    if (known === undefined) {
      const key = Number(this.#addConversation.run(fetched.id, fetched.fetchedAt).lastInsertRowid)
      return {
        outcome: 'new',
        isRevived: false,
        altered: undefined,
        added: this.#revise(key, fetched, run, now),
      }
    }
    this.#touch.run(fetched.fetchedAt, known.key)
    const isRevived = known.goneAt !== null
    const change = this.#revisions.compare(
      known.revision,
      fetched,
      isSettled(known.fetchedAt, known.updatedAt),
    )
    if (change === 'none') return { outcome: 'unchanged', isRevived, altered: undefined, added: [] }
    const added = this.#revise(known.key, change.settled, run, now)
    return { outcome: 'updated', isRevived, altered: change.altered, added }
  }

  #select(columns: string, selection: Selection): IterableIterator<unknown> {
    const { where, values } = conditionOf(selection)
    if (selection.match !== undefined) this.#index.refuseMissing()
    return this.#db
      .prepare(
        `select ${columns} from conversation join revision on revision.id = conversation.revision
        where ${where} order by instant(created_at), conversation.id limit :limit`,
      )
      .iterate({ ...values, limit: selection.limit ?? -1 })
  }

  #revise(key: number, fetched: FetchedConversation, run: number, now: string): readonly number[] {
    const { revision, added } = this.#revisions.add(key, fetched, run, now)
    this.#setRevision.run(revision, key)
    return added
  }

  #stored(stored: unknown): StoredConversation {
    const { id, row, tip, length, goneAt, fetchedAt, created_at } = stored as StoredRow
    return {
      ...{ id, length, goneAt, fetchedAt },
      row: redactStored(row),
      createdAt: instantOf(created_at ?? '') ?? null,
      entries: () => this.#histories.read(tip),
      entriesAsFound: () => this.#histories.readAsFound(tip),
    }
  }
}

type StoredRow = Pick<StoredConversation, 'id' | 'row' | 'length' | 'goneAt' | 'fetchedAt'> & {
  readonly tip: number
  readonly created_at: string | null
}
