import { hash } from 'node:crypto'

import { readableFields, stringIn } from '../../model/entries/fields.ts'
import type { Reference } from '../../model/entries/references.ts'
import { redactSecrets, redactStored } from '../../model/secrets/redact-json.ts'
import { redactText } from '../../model/secrets/redact-text.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'

/** The state of an agent or a file that a conversation refers to (see the schema). */
export type DependencyState = 'wanted' | 'stored' | 'expired' | 'skipped' | 'failed'

/** SQL for the reason that a report gives for an agent or a file that could not be fetched. */
export const DEPENDENCY_REASON = `kind || '/not-fetched'`

/** Number of agents and files in each state. */
export type DependencyCounts = Readonly<Record<DependencyState, number>>

/** An agent or a file that is still to be fetched. */
export interface PendingReference extends Reference {
  /** When the conversation that first referred to it last changed; null if unknown. */
  readonly since: string | null
}

/** An agent or a file in the archive. */
export interface Dependency {
  readonly state: DependencyState
  /** Why it is not stored. */
  readonly reason: string | null
  /** The agent, or the metadata of the file, as JSON text. */
  readonly json: string | null
  /** The content of a file. */
  readonly bytes: Uint8Array | null
}

/** The agents (in each version) and files that conversations refer to. */
export class Dependencies extends DatabaseAccess {
  /** Reads an agent or a file; undefined if no conversation refers to it. */
  read(reference: Reference): Dependency | undefined {
    const sql = `select state, reason, json, bytes
      from dependency left join blob on blob.sha256 = dependency.sha256
      where kind = :kind and id = :id and version = :version`
    const found = this.db.get<Dependency>(sql, reference)
    return found === undefined || found.json === null ? found : { ...found, json: redactStored(found.json) }
  }

  /** The name of an agent, in the version in force or else the one stored last; null if it is not known. */
  agentName(id: string): string | null {
    const sql = `select json from dependency where kind = 'agent' and id = ? and json is not null
      order by version = '' desc, at desc limit 1`
    const json = this.db.pluck.get<string>(sql, id)
    return json === undefined ? null : (stringIn(readableFields(redactStored(json)).get('name')) ?? null)
  }

  /**
   * Records the references of a conversation that last changed at `since`. They are fetched in this run or, after a crash,
   * in the next. An agent in force may have changed since it was stored, so it is fetched again; a version or a file never
   * changes.
   */
  want(references: readonly Reference[], at: string, since = at): void {
    for (const reference of references)
      this.db.run(
        `insert into dependency (kind, id, version, state, at, since)
          values (:kind, :id, :version, 'wanted', :at, :since)
          on conflict do update set state = 'wanted' where kind = 'agent' and version = ''`,
        { at, since, ...reference },
      )
  }

  /** What is still to be fetched, including what failed before. */
  pending({ withSkipped = false, withExpired = false }): PendingReference[] {
    const flags = { withSkipped: Number(withSkipped), withExpired: Number(withExpired) }
    const sql = `select kind, id, version, since from dependency
      where state in ('wanted', 'failed') or (state = 'skipped' and :withSkipped)
        or (state = 'expired' and :withExpired) order by kind, id, version`
    return this.db.all(sql, flags)
  }

  /** Stores an agent or a file: its JSON, which is redacted first, and the bytes of a file. */
  store(reference: Reference, json: string, bytes: Uint8Array | undefined, at: string): void {
    const sha256 = bytes === undefined ? null : hash('sha256', bytes, 'buffer')
    if (bytes !== undefined)
      this.db.run('insert into blob (sha256, bytes) values (?, ?) on conflict do nothing', sha256, bytes)
    this.#set({ ...reference, state: 'stored', reason: null, json: redactSecrets(json), sha256, at })
  }

  /** Records why an agent or a file could not be fetched. What was stored before stays. */
  note(reference: Reference, state: 'expired' | 'skipped' | 'failed', reason: string, at: string): void {
    this.#set({ ...reference, state, reason: redactText(reason), json: null, sha256: null, at })
  }

  #set(values: Readonly<Record<string, unknown>>): void {
    const sql = `insert into dependency (kind, id, version, state, reason, json, sha256, at)
      values (:kind, :id, :version, :state, :reason, :json, :sha256, :at)
      on conflict do update set state = excluded.state, reason = excluded.reason, at = excluded.at,
        json = coalesce(excluded.json, json), sha256 = coalesce(excluded.sha256, sha256)`
    this.db.run(sql, values)
  }

  counts(): DependencyCounts {
    const none = { wanted: 0, stored: 0, expired: 0, skipped: 0, failed: 0 }
    const sql = 'select state, count(*) from dependency group by state'
    return { ...none, ...Object.fromEntries(this.db.raw.all<[DependencyState, number]>(sql)) }
  }

  /** What failed and is retried by every run. */
  failed(): (Reference & { readonly reason: string })[] {
    const sql = `select kind, id, version, reason from dependency
      where state = 'failed' order by kind, id, version`
    return this.db.all(sql)
  }

  /** Acknowledges that an agent (in every version) or a file cannot be fetched; returns how many failed. */
  acknowledge(id: string, at: string): number {
    const sql = `update dependency set state = 'skipped', reason = 'acknowledged: ' || reason, at = ?
      where id = ? and state = 'failed'`
    return this.db.run(sql, at, id).changes
  }

  /** Acknowledges all agents and files that failed, or those with this reason; returns how many. */
  acknowledgeAll(at: string, reason?: string): number {
    const sql = `update dependency set state = 'skipped', reason = 'acknowledged: ' || reason, at = :at
      where state = 'failed' and (:reason is null or ${DEPENDENCY_REASON} = :reason)`
    return this.db.run(sql, { at, reason: reason ?? null }).changes
  }
}
