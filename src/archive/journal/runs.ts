import type { Sqlite, Statement } from '../sqlite/sqlite.ts'

/** How a run ended: `failed` could not do its work, `interrupted` was told to stop. */
export type RunOutcome = 'done' | 'partial' | 'interrupted' | 'failed'

/** The books of a run. `listed` counts distinct ids and equals the sum of the five after it when the run is complete. */
export interface Books {
  listed: number
  new: number
  updated: number
  unchanged: number
  failed: number
  vanished: number
  gone: number
  /** Requests sent, repeated ones included. */
  requests: number
  retries: number
  /** Bytes of the bodies received. */
  bytes: number
}

/** How a run ended, as it is written down. */
export interface RunEnd {
  readonly outcome: RunOutcome
  /** Whether the listing was shown to have missed nothing; null where nobody asked for all. */
  readonly complete: boolean | null
  /** Why it is not complete or not done. */
  readonly reason: string | undefined
  readonly books: Books
}

/** A run as it stands in the archive; without an end while it runs, or after it was killed. */
export interface StoredRun extends Books {
  readonly id: number
  readonly command: string
  readonly startedAt: string
  readonly endedAt: string | null
  readonly outcome: RunOutcome | null
  readonly reason: string | null
  readonly complete: 0 | 1 | null
}

const columns = [
  'listed',
  'new',
  'updated',
  'unchanged',
  'failed',
  'vanished',
  'gone',
  'requests',
  'retries',
  'bytes',
] as const satisfies readonly (keyof Books)[]

/** What may become of a conversation in a run. */
export type CountedOutcome = 'new' | 'updated' | 'unchanged' | 'failed' | 'vanished'

/** The runs and their books. */
export class Runs {
  readonly #begin: Statement
  readonly #end: Statement
  readonly #count: Readonly<Record<CountedOutcome, Statement>>
  readonly #recent: Statement
  readonly #first: Statement

  constructor(db: Sqlite) {
    this.#begin = db.prepare('insert into run (command, hansard, base_url, started_at) values (?, ?, ?, ?)')
    this.#end = db.prepare(`
      update run set ended_at = :endedAt, outcome = :outcome, reason = :reason, complete = :complete,
        ${columns.map((column) => `${column} = :${column}`).join(', ')}
      where id = :id`)
    const count = (column: CountedOutcome) =>
      db.prepare(`update run set listed = listed + 1, ${column} = ${column} + 1 where id = ?`)
    this.#count = {
      ...{ new: count('new'), updated: count('updated'), unchanged: count('unchanged') },
      ...{ failed: count('failed'), vanished: count('vanished') },
    }
    this.#recent = db.prepare(`
      select id, command, started_at as startedAt, ended_at as endedAt, outcome, reason, complete, ${columns.join(', ')}
      from run order by id desc limit ?`)
    this.#first = db.prepare(
      'select started_at as startedAt, base_url as baseUrl from run order by id limit 1',
    )
  }

  /** Opens the books and answers with the run's number. */
  begin(run: { command: string; hansard: string; baseUrl: string; startedAt: string }): number {
    return Number(this.#begin.run(run.command, run.hansard, run.baseUrl, run.startedAt).lastInsertRowid)
  }

  /**
   * Counts a conversation, in the transaction that stores it: so the books of a run that is killed tell what it stored.
   * (What it listed and did not have to fetch is counted only when the books are closed.)
   */
  count(id: number, outcome: CountedOutcome): void {
    this.#count[outcome].run(id)
  }

  /** Closes the books. */
  end(id: number, endedAt: string, { outcome, complete, reason, books }: RunEnd): void {
    const flag = complete === null ? null : Number(complete)
    this.#end.run({ id, endedAt, outcome, reason: reason ?? null, complete: flag, ...books })
  }

  /** The newest runs first. */
  recent(limit: number): StoredRun[] {
    return this.#recent.all(limit) as StoredRun[]
  }

  /** When the archive was begun, and from where; undefined while it holds nothing. */
  first(): { readonly startedAt: string; readonly baseUrl: string } | undefined {
    return this.#first.get() as { startedAt: string; baseUrl: string } | undefined
  }
}
