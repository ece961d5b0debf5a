import type { Sqlite, Statement } from '../sqlite/sqlite.ts'

/** Conversations of a target that carry the stamp of a copy which this archive did not send. */
export class ReplayCandidates {
  readonly #add: Statement
  readonly #ofCopy: Statement
  readonly #next: Statement
  readonly #remove: Statement
  readonly #reject: Statement

  constructor(db: Sqlite) {
    this.#add = db.prepare('insert or ignore into replay_candidate (copy, target_id) values (?, ?)')
    this.#ofCopy = db
      .prepare('select target_id from replay_candidate where copy = ? and rejected = 0 order by target_id')
      .pluck()
    this.#next = db
      .prepare('select copy from replay_candidate where copy > ? and rejected = 0 order by copy limit 1')
      .pluck()
    this.#remove = db.prepare('delete from replay_candidate where copy = ? and target_id = ?')
    this.#reject = db.prepare('update replay_candidate set rejected = 1 where copy = ?')
  }

  /** Notes a conversation; one that was rejected stays so. */
  add(copy: number, targetId: string): void {
    this.#add.run(copy, targetId)
  }

  /** The conversations that may be a copy. */
  ofCopy(copy: number): string[] {
    return this.#ofCopy.all(copy) as string[]
  }

  /** The copies that have such conversations, one at a time, so that they may change meanwhile. */
  *copies(): Generator<number, void, undefined> {
    for (let copy = 0; ;) {
      const next = this.#next.get(copy) as number | undefined
      if (next === undefined) return
      yield next
      copy = next
    }
  }

  remove(copy: number, targetId: string): void {
    this.#remove.run(copy, targetId)
  }

  /** Notes that a person said that none of them is the copy. */
  reject(copy: number): void {
    this.#reject.run(copy)
  }
}
