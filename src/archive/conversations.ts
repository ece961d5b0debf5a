import { sameContent } from '../model/same-content.ts'
import type { Histories } from './histories.ts'
import type { Sqlite, Statement } from './sqlite.ts'

/** A list of entries as the API wraps it: the envelope with its list emptied, and the texts of the list. */
export interface EntryList {
  readonly envelope: string
  readonly entries: readonly string[]
}

/** One conversation as it came: every text compact JSON, secrets redacted. */
export interface FetchedConversation {
  readonly id: string
  readonly row: string
  readonly history: EntryList
  /** The messages, where they are not simply the messages of the history. */
  readonly messages: EntryList | undefined
  /** When the fetch began, by the server's clock (ISO 8601). */
  readonly fetchedAt: string
}

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

interface RevisionRow {
  readonly row: string
  readonly history: string
  readonly tip: number
  readonly chain: Buffer
  readonly messages: string | null
  readonly messages_tip: number | null
}

/** The conversations of the archive and their revisions. */
export class Conversations {
  readonly #histories: Histories
  readonly #known: Statement
  readonly #revision: Statement
  readonly #addConversation: Statement
  readonly #addRevision: Statement
  readonly #setRevision: Statement
  readonly #touch: Statement
  readonly #count: Statement
  readonly #sample: Statement
  readonly #one: Statement
  readonly #all: Statement
  readonly #list: Statement

  constructor(db: Sqlite, histories: Histories) {
    this.#histories = histories
    this.#known = db.prepare(`
      select key, revision, row, updated_at as updatedAt, fetched_at as fetchedAt, gone_at as goneAt
      from conversation join revision on revision.id = conversation.revision where conversation.id = ?`)
    this.#revision = db.prepare(
      'select row, history, tip, chain, messages, messages_tip from revision where id = ?',
    )
    this.#addConversation = db.prepare('insert into conversation (id, revision, fetched_at) values (?, 0, ?)')
    this.#addRevision = db.prepare(`
      insert into revision (conversation, run, stored_at, row, history, tip, length, chain, messages, messages_tip)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#setRevision = db.prepare('update conversation set revision = ? where key = ?')
    this.#touch = db.prepare('update conversation set fetched_at = ? where key = ?')
    this.#count = db.prepare('select count(*) from conversation').pluck()
    this.#sample = db
      .prepare('select id from conversation where gone_at is null order by random() limit ?')
      .pluck()
    const stored = `
      select conversation.id, row, tip, length, gone_at as goneAt, fetched_at as fetchedAt
      from conversation join revision on revision.id = conversation.revision`
    this.#one = db.prepare(`${stored} where conversation.id = ?`)
    this.#all = db.prepare(`${stored} order by revision.created_at, conversation.id`)
    this.#list = db.prepare(`
      select conversation.id, name, model, agent_id as agentId, created_at as createdAt, updated_at as updatedAt,
        length as entries, gone_at as goneAt
      from conversation join revision on revision.id = conversation.revision
      order by created_at, conversation.id limit ?`)
  }

  /** What is known of a conversation by its id. */
  known(id: string): KnownConversation | undefined {
    return this.#known.get(id) as KnownConversation | undefined
  }

  /** Conversations without their content, oldest first; a limit below 0 is none. */
  list(limit: number): IterableIterator<ListedConversation> {
    return this.#list.iterate(limit) as IterableIterator<ListedConversation>
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
  *readAll(): Generator<StoredConversation, void, undefined> {
    for (const row of this.#all.iterate()) yield this.#stored(row)
  }

  /**
   * Stores what was fetched, as a new revision if its content changed. Texts that only look different (keys in another
   * order, `completed_at` gone) are kept as they were first seen. Call it inside a transaction.
   */
  store(fetched: FetchedConversation, run: number, now: string): 'new' | 'updated' | 'unchanged' {
    const known = this.known(fetched.id)
    if (known === undefined) {
      const key = Number(this.#addConversation.run(fetched.id, fetched.fetchedAt).lastInsertRowid)
      this.#revise(key, fetched, run, now)
      return 'new'
    }
    this.#touch.run(fetched.fetchedAt, known.key)
    const older = this.#revision.get(known.revision) as RevisionRow
    const settled = this.#inKnownWords(older, fetched)
    if (this.#isUnchanged(older, settled)) return 'unchanged'
    this.#revise(known.key, settled, run, now)
    return 'updated'
  }

  #stored(row: unknown): StoredConversation {
    const { tip, ...rest } = row as Omit<StoredConversation, 'entries'> & { tip: number }
    return { ...rest, entries: () => this.#histories.read(tip) }
  }

  #revise(key: number, fetched: FetchedConversation, run: number, now: string): void {
    const history = this.#histories.store(fetched.history.entries)
    const messages = fetched.messages && this.#histories.store(fetched.messages.entries)
    const { lastInsertRowid } = this.#addRevision.run(
      key,
      run,
      now,
      fetched.row,
      fetched.history.envelope,
      history.tip,
      history.length,
      history.chain,
      fetched.messages?.envelope,
      messages?.tip,
    )
    this.#setRevision.run(lastInsertRowid, key)
  }

  #inKnownWords(older: RevisionRow, fetched: FetchedConversation): FetchedConversation {
    const history = this.#keepWords(older.tip, fetched.history)
    const messages = fetched.messages && this.#keepWords(older.messages_tip ?? 0, fetched.messages)
    return { ...fetched, history, messages }
  }

  #keepWords(tip: number, list: EntryList): EntryList {
    const known = this.#histories.read(tip)
    const entries = list.entries.map((text) => {
      const earlier = known.next().value
      return earlier !== undefined && sameContent(earlier, text) ? earlier : text
    })
    return { ...list, entries }
  }

  #isUnchanged(older: RevisionRow, fetched: FetchedConversation): boolean {
    return (
      sameContent(older.row, fetched.row) &&
      sameContent(older.history, fetched.history.envelope) &&
      this.#isStill(older.tip, fetched.history) &&
      (older.messages === null) === (fetched.messages === undefined) &&
      (fetched.messages === undefined || this.#isStill(older.messages_tip ?? 0, fetched.messages))
    )
  }

  #isStill(tip: number, list: EntryList): boolean {
    const known = this.#histories.read(tip)
    return list.entries.every((text) => known.next().value === text) && known.next().done === true
  }
}
