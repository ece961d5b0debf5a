import { hash } from 'node:crypto'

import type { Reference } from '../../model/entries/references.ts'
import { redactSecrets, redactStored } from '../../model/secrets/redact-json.ts'
import { redactText } from '../../model/secrets/redact-text.ts'
import type { Sqlite, Statement } from '../sqlite/sqlite.ts'

/** How it stands with what a conversation refers to. */
export type DependencyState = 'wanted' | 'stored' | 'expired' | 'skipped' | 'failed'

/** How many agents and files are in which state. */
export type DependencyCounts = Readonly<Record<DependencyState, number>>

/** What is still to be fetched. */
export interface PendingReference extends Reference {
  /** When the conversation that first referred to it had last changed; null where an older hansard stored it. */
  readonly since: string | null
}

/** What is archived of an agent or a file. */
export interface Dependency {
  readonly state: DependencyState
  /** Why it is not stored. */
  readonly reason: string | null
  /** The agent, or what the API says of the file, as JSON text. */
  readonly json: string | null
  /** The bytes of a file. */
  readonly bytes: Uint8Array | null
}

/** The agents (at each version referred to) and files that conversations depend on. */
export class Dependencies {
  readonly #want: Statement
  readonly #pending: Statement
  readonly #set: Statement
  readonly #addBlob: Statement
  readonly #counts: Statement
  readonly #failed: Statement
  readonly #acknowledge: Statement
  readonly #read: Statement

  constructor(db: Sqlite) {
    // The agent in force may have changed since it was stored; a version or a file never does.
    this.#want = db.prepare(`
      insert into dependency (kind, id, version, state, at, since)
      values (:kind, :id, :version, 'wanted', :at, :since)
      on conflict do update set state = 'wanted' where kind = 'agent' and version = ''`)
    this.#pending = db.prepare(`
      select kind, id, version, since from dependency
      where state in ('wanted', 'failed') or (state = 'skipped' and :withSkipped)
        or (state = 'expired' and :withExpired) order by kind, id, version`)
    this.#set = db.prepare(`
      insert into dependency (kind, id, version, state, reason, json, sha256, at)
      values (:kind, :id, :version, :state, :reason, :json, :sha256, :at)
      on conflict do update set state = excluded.state, reason = excluded.reason, at = excluded.at,
        json = coalesce(excluded.json, json), sha256 = coalesce(excluded.sha256, sha256)`)
    this.#addBlob = db.prepare('insert into blob (sha256, bytes) values (?, ?) on conflict do nothing')
    this.#counts = db.prepare('select state, count(*) from dependency group by state').raw()
    this.#failed = db.prepare(
      `select kind, id, version, reason from dependency where state = 'failed' order by kind, id, version`,
    )
    this.#acknowledge = db.prepare(
      `update dependency set state = 'skipped', reason = 'acknowledged: ' || reason, at = ? where id = ? and state = 'failed'`,
    )
    this.#read = db.prepare(`
      select state, reason, json, bytes from dependency left join blob on blob.sha256 = dependency.sha256
      where kind = :kind and id = :id and version = :version`)
  }

  /** An agent or a file as it is archived; undefined if nothing ever referred to it. */
  read({ kind, id, version }: Reference): Dependency | undefined {
    const found = this.#read.get({ kind, id, version }) as Dependency | undefined
    return found === undefined || found.json === null ? found : { ...found, json: redactStored(found.json) }
  }

  /**
   * Notes what a conversation that last changed at `since` refers to, so that it is fetched in this run or, after a
   * crash, in the next.
   */
  want(references: readonly Reference[], at: string, since = at): void {
    for (const reference of references) this.#want.run({ ...reference, at, since })
  }

  /** What is still to be fetched, what failed before included. */
  pending({ withSkipped = false, withExpired = false }): PendingReference[] {
    const flags = { withSkipped: Number(withSkipped), withExpired: Number(withExpired) }
    return this.#pending.all(flags) as PendingReference[]
  }

  /** Stores what was fetched: the JSON of an agent or of a file, without secrets, and the file's bytes. */
  store({ kind, id, version }: Reference, json: string, bytes: Uint8Array | undefined, at: string): void {
    const sha256 = bytes === undefined ? null : hash('sha256', bytes, 'buffer')
    if (bytes !== undefined) this.#addBlob.run(sha256, bytes)
    this.#set.run({ kind, id, version, state: 'stored', reason: null, json: redactSecrets(json), sha256, at })
  }

  /** Notes why something could not be fetched; what was stored of it before stays. */
  note(
    { kind, id, version }: Reference,
    state: 'expired' | 'skipped' | 'failed',
    reason: string,
    at: string,
  ): void {
    this.#set.run({ kind, id, version, state, reason: redactText(reason), json: null, sha256: null, at })
  }

  counts(): DependencyCounts {
    const none = { wanted: 0, stored: 0, expired: 0, skipped: 0, failed: 0 }
    return { ...none, ...Object.fromEntries(this.#counts.all() as [DependencyState, number][]) }
  }

  /** What failed, and is tried again by every run. */
  failed(): (Reference & { readonly reason: string })[] {
    return this.#failed.all() as (Reference & { reason: string })[]
  }

  /** Accepts that an agent or a file can't be had; false when none of this id has failed. */
  acknowledge(id: string, at: string): boolean {
    return this.#acknowledge.run(at, id).changes > 0
  }
}
