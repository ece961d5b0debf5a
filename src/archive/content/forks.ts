import { DatabaseAccess } from '../sqlite/database-access.ts'

/** Conversations that begin with the same entry. */
export class Forks extends DatabaseAccess {
  /**
   * The ids of the other conversations that contain an entry (by its key), as far as the search index knows: an entry has an
   * id of its own, so they were forked from one another.
   */
  withEntry(entry: number, id: string, limit: number): string[] {
    const sql = `select conversation.id from holding join conversation on conversation.key = holding.conversation
      where document = :entry and conversation.id <> :id order by conversation.key limit :limit`
    return this.db.pluck.all(sql, { entry, id, limit })
  }
}
