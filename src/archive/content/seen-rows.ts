import { DatabaseAccess } from '../sqlite/database-access.ts'
import type { Sqlite } from '../sqlite/sqlite.ts'

/**
 * The rows that a listing has seen and their order, in a temporary table, so that memory does not grow with the account.
 */
export class SeenRows extends DatabaseAccess {
  constructor(db: Sqlite) {
    super(db)
    db.exec(`
      drop table if exists temp.seen_row;
      create temp table seen_row (id text primary key, rank integer) without rowid;`)
  }

  /** The position of a row in the proven part of the listing, from 0. */
  rankOf(id: string): number | undefined {
    const rank = this.db.pluck.get('select rank from temp.seen_row where id = ?', id)
    return (rank as number | null | undefined) ?? undefined
  }

  /** Records that a row was listed; returns false if it was listed before. */
  note(id: string): boolean {
    return this.db.run('insert into temp.seen_row (id) values (?) on conflict do nothing', id).changes === 1
  }

  place(id: string, rank: number): void {
    const sql =
      'insert into temp.seen_row (id, rank) values (?, ?) on conflict do update set rank = excluded.rank'
    this.db.run(sql, id, rank)
  }

  /** Clears all positions, to start the proof again. The rows stay recorded as listed. */
  forgetPlaces(): void {
    this.db.run('update temp.seen_row set rank = null')
  }

  /** Archived conversations that were not listed and are not marked gone. */
  notSeen(): string[] {
    const sql =
      'select id from conversation where gone_at is null and id not in (select id from temp.seen_row)'
    return this.db.pluck.all(sql)
  }

  /** Failed rows without an id that an earlier listing met and this one did not. */
  failedRowsNotSeen(): string[] {
    return this.db.pluck.all(`select conversation from failure
      where step = 'row' and resolved_at is null and conversation not in (select id from temp.seen_row)`)
  }
}
