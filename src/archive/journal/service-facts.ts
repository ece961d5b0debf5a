import { DatabaseAccess } from '../sqlite/database-access.ts'

/**
 * What can be learnt about a service. `page_size`: rows that it grants for a page of the listing. `requests_per_second`: what
 * it accepts. `rows_in_vain`: for how many rows in a row `get` had no more than the listing. `rows_skipped`: 1 if rows were
 * stored as listed, without `get`. `rows_wanted`: 1 if `get` then had more, so that they must be read. By a probe, 1 for yes
 * and 0 for no: `metadata_in_get`, `metadata_in_list`: metadata that were sent come back; `metadata_filter`: the listing can be
 * filtered by them; `messages_are_history`: the messages are those of the history. `order`: 1 newest first, 2 last changed
 * first, 3 oldest first. `trailing_answer`: inputs that end with the assistant are 1 refused, 2 answered, 3 stored.
 */
export type ServiceFact =
  | 'page_size'
  | 'requests_per_second'
  | 'rows_in_vain'
  | 'rows_skipped'
  | 'rows_wanted'
  | 'metadata_in_get'
  | 'metadata_in_list'
  | 'metadata_filter'
  | 'messages_are_history'
  | 'order'
  | 'trailing_answer'

/** A service may change, so what it grants is found out again after this time. */
const VALID_FOR_MS = 30 * 86_400_000

/** These are about the archive, too, and stay true. */
const LASTING: ReadonlySet<ServiceFact> = new Set(['rows_skipped', 'rows_wanted'])

/** Facts about the service at a base URL, so that the next run need not find them out. */
export class ServiceFacts extends DatabaseAccess {
  /** Returns a fact; undefined if it is unknown, or too old at this time. */
  read(baseUrl: string, name: ServiceFact, now: Date): number | undefined {
    const sql = 'select value from service_fact where base_url = ? and name = ? and learnt_at > ?'
    const since = LASTING.has(name) ? '' : new Date(now.getTime() - VALID_FOR_MS).toISOString()
    return this.db.pluck.get<number>(sql, baseUrl, name, since)
  }

  /** Stores a fact, if it is known. One that stays the same keeps its age. */
  note(baseUrl: string, name: ServiceFact, value: number | undefined, now: Date): void {
    if (value === undefined || value === this.read(baseUrl, name, now)) return
    const sql = 'insert or replace into service_fact (base_url, name, value, learnt_at) values (?, ?, ?, ?)'
    this.db.run(sql, baseUrl, name, value, now.toISOString())
  }
}
