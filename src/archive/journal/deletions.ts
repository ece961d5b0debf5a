import { hash } from 'node:crypto'

import { DatabaseAccess } from '../sqlite/database-access.ts'

/** A deletion upstream whose outcome is unknown: the process ended before it knew. */
export interface OpenDeletion {
  readonly id: number
  /** The id of the conversation. */
  readonly conversation: string
}

/** The deletions upstream: an intent before each request, and its outcome. */
export class Deletions extends DatabaseAccess {
  /** Stores the intent to delete a conversation, with hashes of what the archive has of it; returns its id. */
  intend(conversation: string, run: number, at: string): number {
    const sql = `select revision.id as revision, row, chain
      from conversation join revision on revision.id = conversation.revision where conversation.id = ?`
    const { row, ...archived } = this.db.get(sql, conversation) as Archived
    const row_sha256 = hash('sha256', row, 'buffer')
    return this.insert('deletion', { run, conversation, ...archived, row_sha256, at })
  }

  end(id: number, outcome: 'deleted' | 'kept', at: string): void {
    this.db.run('update deletion set outcome = ?, ended_at = ? where id = ?', outcome, at, id)
  }

  /** Those whose outcome is unknown, oldest first. */
  open(): OpenDeletion[] {
    return this.db.all('select id, conversation from deletion where outcome is null order by id')
  }
}

interface Archived {
  readonly revision: number
  readonly row: string
  readonly chain: Buffer
}
