import { version } from '../../version.ts'
import type { Sqlite } from '../sqlite/sqlite.ts'

/** An entry, or the row of a conversation, of which the search index has no words. */
export interface UnindexedText {
  /** A conversation that holds it; null where none does any more. */
  readonly conversation: string | null
  /** False for the row of the conversation: its name, description, instructions and metadata. */
  readonly isEntry: boolean
  readonly reason: string
  /** When somebody accepted it; null while nobody has. */
  readonly acknowledgedAt: string | null
}

/** What could not be put into the search index: noted, so that it blocks nothing behind it and is not forgotten. */
export class Unindexed {
  readonly #db: Sqlite

  /** Prepares nothing yet: verify looks into archives whose tables are damaged. */
  constructor(db: Sqlite) {
    this.#db = db
  }

  /** Notes why a document of the search index is empty. */
  note(document: number, reason: string): void {
    const at = new Date().toISOString()
    this.#db
      .prepare(
        `insert into unindexed (document, reason, hansard, at) values (?, ?, ?, ?)
        on conflict do update set reason = excluded.reason, hansard = excluded.hansard`,
      )
      .run(document, reason, version, at)
  }

  /** Notes that a document is indexed after all. */
  forget(document: number): void {
    this.#db.prepare('delete from unindexed where document = ?').run(document)
  }

  /** The documents; with `ofOlder` only those that this version of hansard has not tried yet. */
  documents({ ofOlder = false } = {}): number[] {
    const condition = ofOlder ? 'where hansard <> ?' : 'where ? is not null'
    return this.#db.prepare(`select document from unindexed ${condition}`).pluck().all(version) as number[]
  }

  /** How many there are; with `isOpen` only those that nobody has accepted. */
  count({ isOpen = false } = {}): number {
    const condition = isOpen ? 'where acknowledged_at is null' : ''
    return Number(this.#db.prepare(`select count(*) from unindexed ${condition}`).pluck().get())
  }

  /** All of them, each with a conversation that holds it. */
  all(): UnindexedText[] {
    const rows = this.#db
      .prepare(
        `select reason, document > 0 as isEntry, acknowledged_at as acknowledgedAt,
          (select min(conversation.id) from holding join conversation on conversation.key = holding.conversation
            where holding.document = unindexed.document) as conversation
        from unindexed order by document`,
      )
      .all() as (Omit<UnindexedText, 'isEntry'> & { isEntry: 0 | 1 })[]
    return rows.map((row) => ({ ...row, isEntry: row.isEntry === 1 }))
  }

  /** Accepts what of a conversation is not in the index; false when all of it is. */
  acknowledge(conversation: string, at: string): boolean {
    const { changes } = this.#db
      .prepare(
        `update unindexed set acknowledged_at = ? where acknowledged_at is null and document in (
          select document from holding join conversation on conversation.key = holding.conversation
          where conversation.id = ?)`,
      )
      .run(at, conversation)
    return changes > 0
  }
}
