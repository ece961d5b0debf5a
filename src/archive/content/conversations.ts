import { conversationTitle } from '../../model/entries/conversation-title.ts'
import { instantOf } from '../../model/instant.ts'
import { redactStored } from '../../model/secrets/redact-json.ts'
import { isSettled } from '../../model/settling.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'
import { Histories, type HistoryRange, type StoredEntry } from './histories.ts'
import { matchIds, type IdMatch } from './match-ids.ts'
import { Revisions, type FetchedConversation } from './revisions.ts'
import { SearchIndex } from './search-index.ts'
import { conditionOf, type Condition, type Selection } from './selection.ts'

/** A conversation in the archive, without its content. */
export interface KnownConversation {
  readonly key: number
  readonly revision: number
  readonly updatedAt: string | null
  readonly fetchedAt: string
  readonly goneAt: string | null
}

/** A conversation with its content. `row` is its JSON as the API sent it, secrets redacted. */
export interface StoredConversation {
  readonly id: string
  readonly row: string
  /** Number of entries. */
  readonly length: number
  /** When a backup found it missing upstream (ISO 8601). */
  readonly goneAt: string | null
  readonly fetchedAt: string
  /** When it was created, as `instantOf` formats it; null if the API did not say. */
  readonly createdAt: string | null
  /** Reads the entries in order, one at a time, as the API sent them. */
  entries(range?: HistoryRange): Iterable<string>
  /** Reads the entries of a damaged archive: undefined stands for a lost entry, or for all entries before a lost link. */
  entriesAsFound(range?: HistoryRange): Iterable<StoredEntry>
  /** The size of each entry in bytes; 0 for a lost one. */
  sizes(): number[]
  /** The key of each entry in the archive; 0 for a lost one. Equal entries have equal keys, in any revision or fork. */
  entryKeys(): number[]
}

/** A conversation in a list. Times are as the API sent them, except `goneAt` (ISO 8601). */
export interface ListedConversation {
  readonly id: string
  readonly name: string | null
  /** Its name, or else its first words; null if it has neither. */
  readonly title: string | null
  readonly model: string | null
  readonly agentId: string | null
  readonly createdAt: string | null
  readonly updatedAt: string | null
  readonly entries: number
  readonly goneAt: string | null
}

/** The result of storing a conversation. */
export interface StoreResult {
  readonly outcome: 'new' | 'updated' | 'unchanged'
  /** It was marked gone before. */
  readonly isRevived: boolean
  /** How the history changed other than by growing; undefined if it only grew. */
  readonly altered: string | undefined
  /** Positions of the entries that are new to the archive. */
  readonly added: readonly number[]
}

const NEWEST = `select conversation.id, row, tip, length, gone_at as goneAt, fetched_at as fetchedAt, created_at
  from conversation join revision on revision.id = conversation.revision`

/** The conversations of the archive and their revisions. */
export class Conversations extends DatabaseAccess {
  readonly #histories = new Histories(this.db)
  readonly #revisions = new Revisions(this.db)
  readonly #index = new SearchIndex(this.db)

  known(id: string): KnownConversation | undefined {
    const sql = `select key, revision, updated_at as updatedAt, fetched_at as fetchedAt,
        gone_at as goneAt
      from conversation join revision on revision.id = conversation.revision where conversation.id = ?`
    return this.db.get(sql, id)
  }

  /** The ids of the selected conversations, oldest first. */
  *ids(selection: Selection): Generator<string, void, undefined> {
    for (const { id } of this.#select<{ id: string }>('conversation.id', selection)) yield id
  }

  /** The ids of the selected conversations, oldest first. They are collected beforehand, so that the archive may change meanwhile. */
  *collectedIds(selection: Selection): Generator<string, void, undefined> {
    const { sql, values } = this.#selecting('conversation.id', selection)
    this.db.exec(`drop table if exists temp.selected;
      create temp table selected (id integer primary key, conversation text)`)
    this.db.run(`insert into temp.selected (conversation) ${sql}`, values)
    const next = 'select id, conversation from temp.selected where id > :after order by id limit 1'
    for (const { conversation } of this.oneByOne<{ id: number; conversation: string }>(next))
      yield conversation
  }

  /** Lists conversations without their content, those that changed last first. The limit counts from `offset`. */
  *list(selection: Selection, offset = 0): Generator<ListedConversation, void, undefined> {
    const { where, values } = this.#condition(selection)
    const sql = `select conversation.id, name, model, agent_id as agentId, created_at as createdAt,
        updated_at as updatedAt, length as entries, gone_at as goneAt, tip
      from revision join conversation on conversation.key = revision.conversation
      where conversation.revision = revision.id and ${where}
      order by active_at desc, revision.id desc limit :limit offset :offset`
    const rows = this.db.iterate<ListedRow>(sql, { ...values, limit: selection.limit ?? -1, offset })
    for (const { tip, ...listed } of rows)
      yield { ...listed, title: this.#titleOf({ name: listed.name, tip }) }
  }

  /** Number of selected conversations. */
  countSelected(selection: Selection): number {
    const { where, values, needsRevision } = this.#condition(selection)
    const revisions = needsRevision ? 'join revision on revision.id = conversation.revision' : ''
    const sql = `select count(*) from conversation ${revisions} where ${where}`
    return Math.min(this.db.pluck.get<number>(sql, values) ?? 0, selection.limit ?? Infinity)
  }

  /** The title of a conversation: its name, or else its first words; null if it has neither, or is not in the archive. */
  title(id: string): string | null {
    const sql = `select name, tip from conversation join revision on revision.id = conversation.revision
      where conversation.id = ?`
    const row = this.db.get<Titled>(sql, id)
    return row === undefined ? null : this.#titleOf(row)
  }

  /** Lists conversations whose id begins so, those that changed last first. */
  *newest(
    start: string,
    limit: number,
  ): Generator<Pick<ListedConversation, 'id' | 'title'>, void, undefined> {
    const sql = `select conversation.id, name, tip
      from revision join conversation on conversation.key = revision.conversation
      where conversation.revision = revision.id and substr(conversation.id, 1, length(:start)) = :start
      order by active_at desc, revision.id desc limit :limit`
    for (const { id, ...titled } of this.db.iterate<Titled & { id: string }>(sql, { start, limit }))
      yield { id, title: this.#titleOf(titled) }
  }

  /** Number of conversations, including those marked gone. */
  count(): number {
    return this.db.pluck.get('select count(*) from conversation') as number
  }

  /** Random ids of conversations that are not marked gone. */
  sampleLive(size: number): string[] {
    const sql = 'select id from conversation where gone_at is null order by random() limit ?'
    return this.db.pluck.all(sql, size)
  }

  /** The ids of conversations that are not gone and whose row has no metadata. */
  withoutMetadata(): string[] {
    const sql = `select conversation.id from conversation join revision on revision.id = conversation.revision
      where gone_at is null and json_valid(row) and json_type(row, '$.metadata') is null`
    return this.db.pluck.all(sql)
  }

  /** Reads the newest revision of a conversation; undefined if the archive does not have it. */
  read(id: string): StoredConversation | undefined {
    const row = this.db.get(`${NEWEST} where conversation.id = ?`, id)
    return row === undefined ? undefined : this.#toStored(row)
  }

  /** Number of revisions of a conversation. */
  countRevisions(id: string): number {
    const sql = `select count(*) from revision join conversation on conversation.key = conversation
      where conversation.id = ?`
    return this.db.pluck.get(sql, id) as number
  }

  /** Reads all revisions of a conversation, newest first. */
  *revisions(id: string): Generator<StoredConversation, void, undefined> {
    const revisionIds = `select revision.id from revision join conversation on conversation.key = conversation
      where conversation.id = ? order by revision.id desc`
    const sql = `select conversation.id, row, tip, length, gone_at as goneAt,
        stored_at as fetchedAt, created_at
      from revision join conversation on conversation.key = conversation where revision.id = ?`
    for (const revision of this.db.pluck.all(revisionIds, id))
      yield this.#toStored(this.db.get(sql, revision))
  }

  /**
   * Reads the newest revisions of the selected conversations, oldest first; those without a creation time come first.
   * Only keys are sorted, and rows are read one at a time, so that memory stays flat.
   */
  *readAll(selection: Selection): Generator<StoredConversation, void, undefined> {
    for (const { key } of this.#select<{ key: number }>('conversation.key', selection))
      yield this.#toStored(this.db.get(`${NEWEST} where conversation.key = ?`, key))
  }

  /** Finds what a text names: the id of a conversation, or the beginning of one. */
  resolve(text: string): IdMatch {
    return matchIds(this.db, 'conversation', text)
  }

  /** The ids that the archive does not have. */
  missing(ids: readonly string[]): string[] {
    return ids.filter((id) => this.known(id) === undefined)
  }

  /** Whether the archive has a fetched conversation exactly so, in its newest revision. */
  equals(fetched: FetchedConversation): boolean {
    const known = this.known(fetched.id)
    return known !== undefined && this.#revisions.compare(known.revision, fetched, true) === 'none'
  }

  /** Marks a conversation as missing upstream. Its content stays. */
  markGone(id: string, at: string): void {
    this.db.run('update conversation set gone_at = ? where id = ?', at, id)
  }

  /** Stores a fetched conversation, as a new revision if its content changed. Call it inside a transaction. */
  store(fetched: FetchedConversation, run: number, now: string): StoreResult {
    const known = this.known(fetched.id)
    if (known === undefined) {
      const key = this.insert('conversation', { id: fetched.id, revision: 0, fetched_at: fetched.fetchedAt })
      const added = this.#addRevision(key, fetched, run, now)
      return { outcome: 'new', isRevived: false, altered: undefined, added }
    }
    const sql = 'update conversation set fetched_at = ?, gone_at = null where key = ?'
    this.db.run(sql, fetched.fetchedAt, known.key)
    const isRevived = known.goneAt !== null
    const wasSettled = isSettled(known.fetchedAt, known.updatedAt)
    const change = this.#revisions.compare(known.revision, fetched, wasSettled)
    if (change === 'none') return { outcome: 'unchanged', isRevived, altered: undefined, added: [] }
    const added = this.#addRevision(known.key, change.settled, run, now)
    return { outcome: 'updated', isRevived, altered: change.altered, added }
  }

  #select<Row>(columns: string, selection: Selection): IterableIterator<Row> {
    const { sql, values } = this.#selecting(columns, selection)
    return this.db.iterate(sql, values)
  }

  #selecting(
    columns: string,
    selection: Selection,
  ): { sql: string; values: Readonly<Record<string, unknown>> } {
    const { where, values } = this.#condition(selection)
    const sql = `select ${columns} from conversation join revision on revision.id = conversation.revision
      where ${where} order by instant(created_at), conversation.id limit :limit`
    return { sql, values: { ...values, limit: selection.limit ?? -1 } }
  }

  #titleOf({ name, tip }: Titled): string | null {
    return conversationTitle(name, () => this.#histories.first(tip)) ?? null
  }

  #condition(selection: Selection): Condition {
    if (selection.match !== undefined) this.#index.refuseMissing()
    return conditionOf(selection)
  }

  #addRevision(key: number, fetched: FetchedConversation, run: number, now: string): readonly number[] {
    const { revision, added } = this.#revisions.add(key, fetched, run, now)
    this.db.run('update conversation set revision = ? where key = ?', revision, key)
    return added
  }

  #toStored(stored: unknown): StoredConversation {
    const { id, row, tip, length, goneAt, fetchedAt, created_at } = stored as StoredRow
    return {
      id,
      length,
      goneAt,
      fetchedAt,
      row: redactStored(row),
      createdAt: instantOf(created_at ?? '') ?? null,
      entries: (range) => this.#histories.read(tip, range),
      entriesAsFound: (range) => this.#histories.readAsFound(tip, range),
      sizes: () => this.#histories.sizes(tip),
      entryKeys: () => this.#histories.entryIds(tip),
    }
  }
}

type StoredRow = Pick<StoredConversation, 'id' | 'row' | 'length' | 'goneAt' | 'fetchedAt'> & {
  readonly tip: number
  readonly created_at: string | null
}

interface Titled {
  readonly name: string | null
  readonly tip: number
}

type ListedRow = Omit<ListedConversation, 'title'> & Titled
