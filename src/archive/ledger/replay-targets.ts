import { isHashOf, saltKey, type HashKey, type KeyHash } from '../journal/account-keys.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'

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
export class ReplayTargets extends DatabaseAccess {
  /** All targets, oldest first. */
  all(): ReplayTarget[] {
    const sql = 'select id, base_url as baseUrl, stamp_place as stampPlace from replay_target order by id'
    return this.db.all(sql)
  }

  /** The target that this key is known to belong to. */
  ofKey(baseUrl: string, hashKey: HashKey): ReplayTarget | undefined {
    const keys = this.db.all('select hash, salt, target from replay_key')
    const targets = (keys as (KeyHash & { target: number })[])
      .filter((each) => isHashOf(each, hashKey))
      .map(({ target }) => target)
    return this.all().find((target) => target.baseUrl === baseUrl && targets.includes(target.id))
  }

  add(baseUrl: string, at: string): ReplayTarget {
    const id = this.insert('replay_target', { base_url: baseUrl, first_at: at })
    return { id, baseUrl, stampPlace: null }
  }

  /** Records that this key belongs to the target. */
  remember({ id, baseUrl }: ReplayTarget, hashKey: HashKey, at: string): void {
    if (this.ofKey(baseUrl, hashKey)?.id === id) return
    this.insert('replay_key', { ...saltKey(hashKey), target: id, seen_at: at })
  }

  setStampPlace(target: number, place: StampPlace): void {
    this.db.run('update replay_target set stamp_place = ? where id = ?', place, target)
  }
}
