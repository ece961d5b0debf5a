import type { Sqlite, Statement } from '../sqlite/sqlite.ts'

/**
 * The rows that a listing has seen, by their order, in a temporary table: a listing of a million rows needs no more
 * memory than one of a thousand.
 */
export class SeenRows {
  readonly #rank: Statement
  readonly #add: Statement
  readonly #note: Statement
  readonly #forget: Statement
  readonly #notSeen: Statement
  readonly #failedRowsNotSeen: Statement

  constructor(db: Sqlite) {
    db.exec(`
      drop table if exists temp.seen_row;
      create temp table seen_row (id text primary key, rank integer) without rowid;`)
    this.#rank = db.prepare('select rank from temp.seen_row where id = ?').pluck()
    this.#add = db.prepare(
      'insert into temp.seen_row (id, rank) values (?, ?) on conflict do update set rank = excluded.rank',
    )
    this.#note = db.prepare('insert into temp.seen_row (id) values (?) on conflict do nothing')
    this.#forget = db.prepare('update temp.seen_row set rank = null')
    this.#notSeen = db
      .prepare(
        'select id from conversation where gone_at is null and id not in (select id from temp.seen_row)',
      )
      .pluck()
    this.#failedRowsNotSeen = db
      .prepare(
        `select conversation from failure
        where step = 'row' and resolved_at is null and conversation not in (select id from temp.seen_row)`,
      )
      .pluck()
  }

  /** The place of a row in the proven part of the listing, from 0. */
  rankOf(id: string): number | undefined {
    return (this.#rank.get(id) as number | null | undefined) ?? undefined
  }

  /** Notes that a row was listed; false if it had been already. */
  note(id: string): boolean {
    return this.#note.run(id).changes === 1
  }

  /** Gives a row its place. */
  place(id: string, rank: number): void {
    this.#add.run(id, rank)
  }

  /** Takes all places back, to begin the proof again; what was listed stays noted. */
  forgetPlaces(): void {
    this.#forget.run()
  }

  /** The conversations of the archive that were not listed, and are not marked gone yet. */
  notSeen(): string[] {
    return this.#notSeen.all() as string[]
  }

  /** Rows without an id that an earlier listing met, and this one did not. */
  failedRowsNotSeen(): string[] {
    return this.#failedRowsNotSeen.all() as string[]
  }
}
