import type { UnknownShape } from '../../model/entries/find-unknown-shapes.ts'
import type { Sqlite, Statement } from '../sqlite/sqlite.ts'

/** An unknown shape as it was met: since when, how often, and where for example. */
export interface SeenShape extends UnknownShape {
  readonly firstAt: string
  readonly lastAt: string
  readonly times: number
  /** The id of a conversation. */
  readonly example: string
}

/** What the API sent and its specification does not know. */
export class UnknownShapes {
  readonly #add: Statement
  readonly #all: Statement

  constructor(db: Sqlite) {
    this.#add = db.prepare(`
      insert into unknown_shape (kind, name, first_at, last_at, times, example)
      values (:kind, :name, :at, :at, 1, :conversation)
      on conflict do update set last_at = excluded.last_at, times = times + 1`)
    this.#all = db.prepare(`
      select kind, name, first_at as firstAt, last_at as lastAt, times, example
      from unknown_shape order by kind, name`)
  }

  /** Counts the shapes that a conversation brought. */
  add(shapes: readonly UnknownShape[], conversation: string, at: string): void {
    for (const shape of shapes) this.#add.run({ ...shape, conversation, at })
  }

  all(): SeenShape[] {
    return this.#all.all() as SeenShape[]
  }
}
