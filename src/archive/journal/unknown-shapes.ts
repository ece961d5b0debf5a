import type { UnknownShape } from '../../model/entries/find-unknown-shapes.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'

/** An unknown shape, with how often it occurred and one conversation that contains it. */
export interface SeenShape extends UnknownShape {
  readonly firstAt: string
  readonly lastAt: string
  readonly times: number
  /** The id of a conversation. */
  readonly example: string
}

/** Types, fields and values that the API sent and its specification does not define. */
export class UnknownShapes extends DatabaseAccess {
  /** Counts the unknown shapes of a conversation. */
  add(shapes: readonly UnknownShape[], conversation: string, at: string): void {
    for (const shape of shapes)
      this.db.run(
        `insert into unknown_shape (kind, name, first_at, last_at, times, example)
          values (:kind, :name, :at, :at, 1, :conversation)
          on conflict do update set last_at = excluded.last_at, times = times + 1`,
        { conversation, at, ...shape },
      )
  }

  all(): SeenShape[] {
    const sql = `select kind, name, first_at as firstAt, last_at as lastAt, times, example
      from unknown_shape order by kind, name`
    return this.db.all(sql)
  }
}
