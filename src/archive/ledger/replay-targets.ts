import { isHashOf, saltKey, type HashKey, type KeyHash } from '../journal/account-keys.ts'
import type { Sqlite } from '../sqlite/sqlite.ts'

/** The field of a copy that contains its stamp. */
export type StampPlace = 'metadata' | 'description'

/** An account that conversations were replayed into. */
export interface ReplayTarget {
  readonly id: number
  readonly baseUrl: string
  /** The field in which stamps come back from it; null until a copy was read back. */
  readonly stampPlace: StampPlace | null
}

/** The accounts that conversations were replayed into, and salted hashes of their API keys. */
export class ReplayTargets {
  readonly #db: Sqlite

  constructor(db: Sqlite) {
    this.#db = db
  }

  /** All targets, oldest first. */
  all(): ReplayTarget[] {
    const sql = 'select id, base_url as baseUrl, stamp_place as stampPlace from replay_target order by id'
    return this.#db.all(sql) as ReplayTarget[]
  }

  /** The target that this key is known to belong to. */
  ofKey(baseUrl: string, hashKey: HashKey): ReplayTarget | undefined {
    const keys = this.#db.all('select hash, salt, target from replay_key')
    const targets = (keys as (KeyHash & { target: number })[])
      .filter((each) => isHashOf(each, hashKey))
      .map(({ target }) => target)
    return this.all().find((target) => target.baseUrl === baseUrl && targets.includes(target.id))
  }

  /** Adds a target and returns it. */
  add(baseUrl: string, at: string): ReplayTarget {
    const sql = 'insert into replay_target (base_url, first_at) values (?, ?)'
    const id = Number(this.#db.run(sql, baseUrl, at).lastInsertRowid)
    return { id, baseUrl, stampPlace: null }
  }

  /** Records that this key belongs to the target. */
  remember({ id, baseUrl }: ReplayTarget, hashKey: HashKey, at: string): void {
    if (this.ofKey(baseUrl, hashKey)?.id === id) return
    const sql = 'insert into replay_key (hash, salt, target, seen_at) values (:hash, :salt, :id, :at)'
    this.#db.run(sql, { ...saltKey(hashKey), id, at })
  }

  /** Records in which field stamps come back. */
  setStampPlace(target: number, place: StampPlace): void {
    this.#db.run('update replay_target set stamp_place = ? where id = ?', place, target)
  }
}
