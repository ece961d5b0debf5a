import { version } from '../../own-files.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'

/** An entry, or the row of a conversation, that could not be indexed. */
export interface UnindexedText {
  /** A conversation that contains it; null if none does any more. */
  readonly conversation: string | null
  /** False for the row: name, description, instructions and metadata of the conversation. */
  readonly isEntry: boolean
  readonly reason: string
  /** When a person acknowledged it; null if nobody has. */
  readonly acknowledgedAt: string | null
}

/** The reason that a report gives for a text that could not be indexed. */
export const TEXT_REASON = 'search/not-indexed'

/** Documents that could not be indexed. They are recorded so that they block nothing and can be retried. */
export class Unindexed extends DatabaseAccess {
  /** Records why a document of the index is empty. */
  note(document: number, reason: string): void {
    const at = new Date().toISOString()
    const sql = `insert into unindexed (document, reason, hansard, at) values (?, ?, ?, ?)
      on conflict do update set reason = excluded.reason, hansard = excluded.hansard`
    this.db.run(sql, document, reason, version, at)
  }

  /** Removes a document that is indexed now. */
  forget(document: number): void {
    this.db.run('delete from unindexed where document = ?', document)
  }

  clear(): void {
    this.db.run('delete from unindexed')
  }

  /** The documents; with `ofOlder` only those that another version of hansard tried. */
  documents({ ofOlder = false } = {}): number[] {
    const condition = ofOlder ? 'where hansard <> ?' : 'where ? is not null'
    return this.db.pluck.all(`select document from unindexed ${condition}`, version)
  }

  /** Number of documents; with `isOpen` only those that nobody acknowledged. */
  count({ isOpen = false } = {}): number {
    const condition = isOpen ? 'where acknowledged_at is null' : ''
    return Number(this.db.pluck.get(`select count(*) from unindexed ${condition}`))
  }

  /** All of them, each with a conversation that contains it. */
  all(): UnindexedText[] {
    type Row = Omit<UnindexedText, 'isEntry'> & { isEntry: 0 | 1 }
    const rows = this.db.all<Row>(`select reason, document > 0 as isEntry, acknowledged_at as acknowledgedAt,
        (select min(conversation.id) from holding join conversation on conversation.key = holding.conversation
          where holding.document = unindexed.document) as conversation
      from unindexed order by document`)
    return rows.map((row) => ({ ...row, isEntry: row.isEntry === 1 }))
  }

  /** Acknowledges the documents of a conversation; returns how many. */
  acknowledge(conversation: string, at: string): number {
    const sql = `update unindexed set acknowledged_at = ? where acknowledged_at is null and document in (
      select document from holding join conversation on conversation.key = holding.conversation
      where conversation.id = ?)`
    return this.db.run(sql, at, conversation).changes
  }

  /** Acknowledges all documents, or none if their reason is another one; returns how many. */
  acknowledgeAll(at: string, reason: string = TEXT_REASON): number {
    const sql = 'update unindexed set acknowledged_at = ? where acknowledged_at is null and ? = ?'
    return this.db.run(sql, at, reason, TEXT_REASON).changes
  }
}
