import { DatabaseAccess } from '../sqlite/database-access.ts'

/** Conversations at a target that have the stamp of a copy which this archive did not send. */
export class ReplayCandidates extends DatabaseAccess {
  /** Adds a conversation; one that was rejected stays rejected. */
  add(copy: number, targetId: string): void {
    this.db.run('insert or ignore into replay_candidate (copy, target_id) values (?, ?)', copy, targetId)
  }

  /** The conversations that may be a copy. */
  ofCopy(copy: number): string[] {
    const sql = 'select target_id from replay_candidate where copy = ? and rejected = 0 order by target_id'
    return this.db.pluck.all(sql, copy)
  }

  /** The copies with candidates, read one at a time, so that they may change meanwhile. */
  *copies(): Generator<number, void, undefined> {
    const sql = `select copy as id from replay_candidate where copy > :after and rejected = 0
      order by copy limit 1`
    for (const { id } of this.oneByOne(sql)) yield id
  }

  remove(copy: number, targetId: string): void {
    this.db.run('delete from replay_candidate where copy = ? and target_id = ?', copy, targetId)
  }

  /** Records that a person rejected all candidates of a copy. */
  reject(copy: number): void {
    this.db.run('update replay_candidate set rejected = 1 where copy = ?', copy)
  }
}
