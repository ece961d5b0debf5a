import { isSettled } from '../model/settling.ts'
import type { Histories } from './histories.ts'
import { Revisions, type FetchedConversation } from './revisions.ts'
import type { Sqlite, Statement } from './sqlite.ts'

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
  /** The texts of the entries in their order, as they came, read one at a time. */
  entries(): Iterable<string>
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

/** How far a reading goes. */
export interface Extent {
  /** Conversations too that are no longer upstream. */
  readonly includeGone: boolean
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
  readonly #all: Statement
  readonly #list: Statement

  constructor(db: Sqlite, histories: Histories) {
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
      select conversation.id, row, tip, length, gone_at as goneAt, fetched_at as fetchedAt
      from conversation join revision on revision.id = conversation.revision`
    this.#one = db.prepare(`${stored} where conversation.id = ?`)
    this.#all = db.prepare(`${stored} where gone_at is null or :includeGone
      order by revision.created_at, conversation.id`)
    this.#list = db.prepare(`
      select conversation.id, name, model, agent_id as agentId, created_at as createdAt, updated_at as updatedAt,
        length as entries, gone_at as goneAt
      from conversation join revision on revision.id = conversation.revision
      where gone_at is null or :includeGone order by created_at, conversation.id limit :limit`)
  }

  /** What is known of a conversation by its id. */
  known(id: string): KnownConversation | undefined {
    return this.#known.get(id) as KnownConversation | undefined
  }

  /** Conversations without their content, oldest first. */
  list({
    includeGone,
    limit = -1,
  }: Extent & { limit?: number | undefined }): IterableIterator<ListedConversation> {
    return this.#list.iterate({
      includeGone: Number(includeGone),
      limit,
    }) as IterableIterator<ListedConversation>
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

  /** Every conversation in its newest revision, oldest first. */
  *readAll({ includeGone }: Extent): Generator<StoredConversation, void, undefined> {
    for (const row of this.#all.iterate({ includeGone: Number(includeGone) })) yield this.#stored(row)
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

  #revise(key: number, fetched: FetchedConversation, run: number, now: string): readonly number[] {
    const { revision, added } = this.#revisions.add(key, fetched, run, now)
    this.#setRevision.run(revision, key)
    return added
  }

  #stored(row: unknown): StoredConversation {
    const { tip, ...rest } = row as Omit<StoredConversation, 'entries'> & { tip: number }
    return { ...rest, entries: () => this.#histories.read(tip) }
  }
}
