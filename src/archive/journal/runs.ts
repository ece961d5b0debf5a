import { DatabaseAccess } from '../sqlite/database-access.ts'
import type { RunRange } from './changes.ts'

/** How a run ended. `partial`: some conversations failed, or completeness is not verified. `interrupted`: by the user. */
export type RunOutcome = 'done' | 'partial' | 'interrupted' | 'failed'

const columns = [
  'listed',
  'new',
  'updated',
  'unchanged',
  'failed',
  'vanished',
  'gone',
  'compared',
  'requests',
  'retries',
  'bytes',
] as const

/**
 * The counts of a run. `listed` is the number of distinct conversations; when the run is complete, it equals the sum of the
 * five counts after it. `compared` are those whose messages were compared with their history. `requests` are those sent, including `retries`. `bytes` are those of response bodies, as received.
 */
export type Books = Record<(typeof columns)[number], number>

/** The end of a run. */
export interface RunEnd {
  readonly outcome: RunOutcome
  /** Whether the listing was verified complete; null if not everything was listed. */
  readonly complete: boolean | null
  /** Why the run is not done or not complete. */
  readonly reason: string | undefined
  readonly books: Books
  readonly requestsByKind: RequestsByKind
}

/** The number of requests by the name of the operation, such as `getHistory`. */
export type RequestsByKind = ReadonlyMap<string, number>

/** A run in the archive. It has no end while it is running or after it was killed. */
export interface StoredRun extends Books {
  readonly id: number
  readonly command: string
  readonly startedAt: string
  readonly endedAt: string | null
  readonly outcome: RunOutcome | null
  readonly reason: string | null
  /** Whether the listing was verified complete; null if not everything was listed. */
  readonly complete: boolean | null
}

/** All that is known of a run. */
export interface RunDetails extends StoredRun {
  /** The version of hansard. */
  readonly hansard: string
  readonly baseUrl: string
  /** Empty as long as the run has not ended. */
  readonly requestsByKind: RequestsByKind
}

/** Booleans are numbers in SQLite. */
type Row<Run> = Omit<Run, 'complete'> & { readonly complete: 0 | 1 | null }

const COLUMNS = `id, command, started_at as startedAt, ended_at as endedAt, outcome, reason, complete,
  ${columns.join()}`

/** What a run did with a conversation. */
export type CountedOutcome = 'new' | 'updated' | 'unchanged' | 'failed' | 'vanished'

/** The runs and their counts. */
export class Runs extends DatabaseAccess {
  /** Records the start of a run; returns its id. */
  begin(run: { command: string; hansard: string; baseUrl: string; startedAt: string }): number {
    const { command, hansard, baseUrl, startedAt } = run
    return this.insert('run', { command, hansard, base_url: baseUrl, started_at: startedAt })
  }

  /**
   * Counts a conversation. Call it in the transaction that stores the conversation, so that the counts of a killed run are
   * right. Conversations that need no fetch are counted by `end` only.
   */
  count(id: number, outcome: CountedOutcome, isCompared: boolean): void {
    const sql = `update run set listed = listed + 1, ${outcome} = ${outcome} + 1, compared = compared + ? where id = ?`
    this.db.run(sql, Number(isCompared), id)
  }

  /** Records the end of a run and its counts. */
  end(id: number, endedAt: string, { outcome, complete, reason, books, requestsByKind }: RunEnd): void {
    const flag = complete === null ? null : Number(complete)
    const sql = `update run set ended_at = :endedAt, outcome = :outcome, reason = :reason, complete = :flag,
        requests_by_kind = :kinds,
        ${columns.map((column) => `${column} = :${column}`).join()}
      where id = :id`
    this.db.run(sql, {
      id,
      endedAt,
      outcome,
      reason,
      flag,
      kinds: JSON.stringify(Object.fromEntries(requestsByKind)),
      ...books,
    })
  }

  /** The latest runs, newest first. */
  recent(limit: number): StoredRun[] {
    const sql = `select ${COLUMNS} from run order by id desc limit ?`
    return this.db.all<Row<StoredRun>>(sql, limit).map(toRun)
  }

  /** Reads a run; undefined if there is none with this id. */
  read(id: number): RunDetails | undefined {
    const sql = `select ${COLUMNS}, hansard, base_url as baseUrl, ifnull(requests_by_kind, '{}') as kinds
      from run where id = ?`
    const row = this.db.get<Row<RunDetails> & { readonly kinds: string }>(sql, id)
    if (row === undefined) return undefined
    const { kinds, ...run } = row
    return {
      ...toRun<RunDetails>(run),
      requestsByKind: new Map(Object.entries(JSON.parse(kinds) as Record<string, number>)),
    }
  }

  /** The runs that started at a time (ISO 8601) or later; undefined if there are none. */
  since(time: string): RunRange | undefined {
    const sql = 'select min(id) as first, max(id) as last from run where started_at >= ?'
    const range = this.db.get<{ first: number | null; last: number }>(sql, time)
    return range?.first == null ? undefined : { first: range.first, last: range.last }
  }

  /** Number of those runs that did not end as done: they failed, were partial or interrupted, or have not ended. */
  unfinished({ first, last }: RunRange): number {
    const sql = `select count(*) from run where id between ? and ? and outcome is not 'done'`
    return this.db.pluck.get(sql, first, last) as number
  }

  /** The last backup of the whole account that stored everything and whose listing was verified complete. */
  lastComplete(): StoredRun | undefined {
    const sql = `select ${COLUMNS} from run where command = 'backup' and outcome = 'done' and complete = 1
      order by id desc limit 1`
    const row = this.db.get<Row<StoredRun>>(sql)
    return row && toRun(row)
  }

  /** How many conversations the last backup listed whose listing was verified complete, also if some failed. */
  lastListed(): number | undefined {
    const sql = `select listed from run where command = 'backup' and complete = 1 order by id desc limit 1`
    return this.db.pluck.get(sql)
  }

  /** The last backup, other than those that fetched requested conversations and succeeded: they say nothing about the others. */
  lastOfAccount(): StoredRun | undefined {
    const sql = `select ${COLUMNS} from run where command = 'backup' and (outcome is not 'done' or complete is not null)
      order by id desc limit 1`
    const row = this.db.get<Row<StoredRun>>(sql)
    return row && toRun(row)
  }

  /**
   * The days (UTC) with backups of the whole account, in order, and whether one of them stored everything and had its listing
   * verified complete.
   */
  nights(): { readonly day: string; readonly isComplete: 0 | 1 }[] {
    const sql = `select substr(started_at, 1, 10) as day, max(outcome is 'done' and complete is 1) as isComplete
      from run where command = 'backup' and (outcome is not 'done' or complete is not null) group by day order by day`
    return this.db.all(sql)
  }

  /** The first run: when the archive was started, and from which API; undefined if it is empty. */
  first(): { readonly startedAt: string; readonly baseUrl: string } | undefined {
    const sql = 'select started_at as startedAt, base_url as baseUrl from run order by id limit 1'
    return this.db.get(sql)
  }
}

function toRun<Run extends StoredRun>({ complete, ...run }: Row<Run>): Run {
  return { ...run, complete: complete === null ? null : complete === 1 } as unknown as Run
}
