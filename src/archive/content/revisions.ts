import { keepMetadata } from '../../model/entries/keep-metadata.ts'
import { sameContent } from '../../model/entries/same-content.ts'
import { redactStored } from '../../model/secrets/redact-json.ts'
import { deriveColumns } from '../schema/derived-columns.ts'
import { sealOf } from '../schema/seal.ts'
import type { Sqlite, Statement } from '../sqlite/sqlite.ts'
import type { Histories } from './histories.ts'

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
  /** The messages, where they were read and are not simply the messages of the history. */
  readonly messages: EntryList | 'unread' | undefined
  /** When the fetch began, by the server's clock (ISO 8601). */
  readonly fetchedAt: string
}

/** How what was fetched differs from the revision before it. */
export interface Change {
  /** What was fetched, in the words of the revision before it wherever the content is the same. */
  readonly settled: FetchedConversation
  /** What became of history that should only have grown; undefined where it only grew. */
  readonly altered: string | undefined
}

interface RevisionRow {
  readonly row: string
  readonly history: string
  readonly tip: number
  readonly messages: string | null
  readonly messages_tip: number | null
}

/** The texts of a stored history; undefined where the archive has lost one. */
type Texts = readonly (string | undefined)[]

/**
 * The states of conversations over time. A revision is made when content changed; texts that only look different (keys
 * in another order, `completed_at` gone) are kept as they were first seen.
 */
export class Revisions {
  readonly #histories: Histories
  readonly #read: Statement
  readonly #add: Statement

  constructor(db: Sqlite, histories: Histories) {
    this.#histories = histories
    this.#read = db.prepare('select row, history, tip, messages, messages_tip from revision where id = ?')
    this.#add = db.prepare(`
      insert into revision (conversation, run, stored_at, row, history, tip, length, chain, messages, messages_tip, seal,
        name, model, agent_id, agent_version, created_at, updated_at)
      values (:conversation, :run, :stored_at, :row, :history, :tip, :length, :chain, :messages, :messages_tip, :seal,
        :name, :model, :agent_id, :agent_version, :created_at, :updated_at)`)
  }

  /** Stores a revision; tells its number and which entries were not in the archive before. */
  add(
    conversation: number,
    { row, history, messages }: FetchedConversation,
    run: number,
    now: string,
  ): { revision: number; added: readonly number[] } {
    const { added, ...stored } = this.#histories.store(history.entries)
    const other = messages === 'unread' ? undefined : messages
    const revision = {
      conversation,
      run,
      stored_at: now,
      row,
      history: history.envelope,
      ...stored,
      messages: other?.envelope ?? null,
      messages_tip: other === undefined ? null : this.#histories.store(other.entries).tip,
    }
    const { lastInsertRowid } = this.#add.run({
      ...revision,
      ...deriveColumns(row),
      seal: sealOf(revision),
    })
    return { revision: Number(lastInsertRowid), added }
  }

  /**
   * Compares what was fetched with a stored revision. Of a revision that was read while its last answer may still have
   * been written (`wasSettled` is false), the last entry may change without that being an alteration.
   */
  compare(revision: number, fetched: FetchedConversation, wasSettled: boolean): Change | 'none' {
    const older = withoutSecrets(this.#read.get(revision) as RevisionRow)
    this.#histories.restore(fetched.history.entries)
    const earlier = [...this.#histories.readDamaged(older.tip)]
    const settled: FetchedConversation = {
      ...fetched,
      row: keepMetadata(older.row, fetched.row),
      history: inKnownWords(earlier, fetched.history),
      messages: this.#inKnownMessages(older, fetched.messages),
    }
    if (this.#isSame(older, earlier, settled)) return 'none'
    const mustStand = wasSettled ? earlier : earlier.slice(0, -1)
    return { settled, altered: alteration(mustStand, settled.history.entries) }
  }

  #isSame(older: RevisionRow, earlier: Texts, { row, history, messages }: FetchedConversation): boolean {
    return (
      sameContent(older.row, row) &&
      sameContent(older.history, history.envelope) &&
      isEqual(earlier, history.entries) &&
      this.#areSameMessages(older, messages)
    )
  }

  #inKnownMessages(
    older: RevisionRow,
    messages: FetchedConversation['messages'],
  ): FetchedConversation['messages'] {
    if (messages === undefined || messages === 'unread') return messages
    return inKnownWords([...this.#histories.readDamaged(older.messages_tip ?? 0)], messages)
  }

  #areSameMessages(older: RevisionRow, messages: FetchedConversation['messages']): boolean {
    if (messages === 'unread') return true
    if (messages === undefined || older.messages === null)
      return messages === undefined && older.messages === null
    return isEqual([...this.#histories.readDamaged(older.messages_tip ?? 0)], messages.entries)
  }
}

/** An older hansard redacted less. What it left in the clear is no change. */
function withoutSecrets(older: RevisionRow): RevisionRow {
  const { row, history, messages } = older
  return {
    ...older,
    row: redactStored(row),
    history: redactStored(history),
    messages: messages === null ? null : redactStored(messages),
  }
}

function inKnownWords(earlier: Texts, list: EntryList): EntryList {
  const entries = list.entries.map((text, i) => {
    const known = earlier[i]
    return known !== undefined && sameContent(known, text) ? known : text
  })
  return { ...list, entries }
}

function alteration(mustStand: Texts, entries: readonly string[]): string | undefined {
  if (mustStand.includes(undefined)) return undefined // what was lost here can't be compared
  const changed = mustStand.findIndex((text, i) => entries[i] !== text)
  if (changed === -1) return undefined
  const lost = mustStand.length - entries.length
  return lost > 0
    ? `${lost} of ${mustStand.length} entries are gone`
    : `entry ${changed} is no longer what it was`
}

function isEqual(left: Texts, right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, i) => text === right[i])
}
