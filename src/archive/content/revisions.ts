import { keepMetadata } from '../../model/entries/same-content.ts'
import { sameContent } from '../../model/entries/same-content.ts'
import { redactStored } from '../../model/secrets/redact-json.ts'
import { deriveColumns } from '../schema/derived-columns.ts'
import { sealOf } from '../schema/seal.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'
import { Histories } from './histories.ts'

/** A response with a list of entries: its envelope with the list emptied, and the entries as JSON text. */
export interface EntryList {
  readonly envelope: string
  readonly entries: readonly string[]
}

/** A fetched conversation: every text is compact JSON, with secrets redacted. */
export interface FetchedConversation {
  readonly id: string
  readonly row: string
  readonly history: EntryList
  /** The messages: `unread` if they could not be read, undefined if they equal those of the history. */
  readonly messages: EntryList | 'unread' | undefined
  /** When fetching began, by the server's clock (ISO 8601). */
  readonly fetchedAt: string
}

/** How a fetched conversation differs from the stored revision. */
export interface Change {
  /** The fetched conversation, with the stored text wherever the content is the same. */
  readonly settled: FetchedConversation
  /** How the history changed other than by growing; undefined if it only grew. */
  readonly altered: string | undefined
}

interface RevisionRow {
  readonly row: string
  readonly history: string
  readonly tip: number
  readonly messages: string | null
  readonly messages_tip: number | null
}

/** The entries of a stored history; undefined stands for a lost one. */
type Texts = readonly (string | undefined)[]

/**
 * The states of conversations over time. A revision is added when content changes. Texts that only look different (keys in
 * another order, `completed_at` missing) are kept as they were first seen.
 */
export class Revisions extends DatabaseAccess {
  readonly #histories = new Histories(this.db)

  /** Stores a revision; returns its id and the positions of entries that are new to the archive. */
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
    const sealed = { seal: sealOf(revision), ...revision, ...deriveColumns(row) }
    return { revision: this.insert('revision', sealed), added }
  }

  /**
   * Compares a fetched conversation with a stored revision. If that revision was read while its last response may still
   * have been written (`wasSettled` is false), a change of its last entry does not count as altered history.
   */
  compare(revision: number, fetched: FetchedConversation, wasSettled: boolean): Change | 'none' {
    const sql = 'select row, history, tip, messages, messages_tip from revision where id = ?'
    const older = redact(this.db.get(sql, revision) as RevisionRow)
    this.#histories.restore(fetched.history.entries)
    const earlier = [...this.#histories.readDamaged(older.tip)]
    const earlierMessages = [...this.#histories.readDamaged(older.messages_tip ?? 0)]
    const { messages } = fetched
    const isRead = messages !== undefined && messages !== 'unread'
    const settled: FetchedConversation = {
      ...fetched,
      row: keepMetadata(older.row, fetched.row),
      history: keepKnownTexts(earlier, fetched.history),
      messages: isRead ? keepKnownTexts(earlierMessages, messages) : messages,
    }
    const isSame =
      sameContent(older.row, settled.row) &&
      sameContent(older.history, settled.history.envelope) &&
      isEqual(earlier, settled.history.entries) &&
      hasSameMessages(older, earlierMessages, settled.messages)
    if (isSame) return 'none'
    const mustStand = wasSettled ? earlier : earlier.slice(0, -1)
    return { settled, altered: describeAlteration(mustStand, settled.history.entries) }
  }
}

function hasSameMessages(
  older: RevisionRow,
  earlier: Texts,
  messages: FetchedConversation['messages'],
): boolean {
  if (messages === 'unread') return true
  if (messages === undefined) return older.messages === null
  return older.messages !== null && isEqual(earlier, messages.entries)
}

/** An older version may have redacted less. Redacting more is not a change of content. */
function redact(older: RevisionRow): RevisionRow {
  const { row, history, messages } = older
  return {
    ...older,
    row: redactStored(row),
    history: redactStored(history),
    messages: messages === null ? null : redactStored(messages),
  }
}

function keepKnownTexts(earlier: Texts, list: EntryList): EntryList {
  const entries = list.entries.map((text, i) => {
    const known = earlier[i]
    return known !== undefined && sameContent(known, text) ? known : text
  })
  return { ...list, entries }
}

function describeAlteration(mustStand: Texts, entries: readonly string[]): string | undefined {
  if (mustStand.includes(undefined)) return undefined // a lost entry cannot be compared
  const changed = mustStand.findIndex((text, i) => entries[i] !== text)
  if (changed === -1) return undefined
  const lost = mustStand.length - entries.length
  return lost > 0 ? `${lost} of ${mustStand.length} entries disappeared` : `entry ${changed} has changed`
}

function isEqual(left: Texts, right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, i) => text === right[i])
}
