import { randomBytes, timingSafeEqual } from 'node:crypto'

import type { HashKey } from '../journal/account-keys.ts'
import type { Sqlite, Statement } from '../sqlite/sqlite.ts'

/** Where a copy carries its stamp. */
export type StampPlace = 'metadata' | 'description'

/** An account that was replayed into. */
export interface ReplayTarget {
  readonly id: number
  readonly baseUrl: string
  /** Where stamps were seen to come back; null until a copy was read back. */
  readonly stampPlace: StampPlace | null
}

/** The accounts that were replayed into, and the keys that were seen to open them: salted hashes. */
export class ReplayTargets {
  readonly #all: Statement
  readonly #keys: Statement
  readonly #add: Statement
  readonly #addKey: Statement
  readonly #setPlace: Statement

  constructor(db: Sqlite) {
    this.#all = db.prepare(
      'select id, base_url as baseUrl, stamp_place as stampPlace from replay_target order by id',
    )
    this.#keys = db.prepare('select hash, salt, target from replay_key')
    this.#add = db.prepare('insert into replay_target (base_url, first_at) values (?, ?)')
    this.#addKey = db.prepare('insert into replay_key (hash, salt, target, seen_at) values (?, ?, ?, ?)')
    this.#setPlace = db.prepare('update replay_target set stamp_place = ? where id = ?')
  }

  /** All of them, the first one first. */
  all(): ReplayTarget[] {
    return this.#all.all() as ReplayTarget[]
  }

  /** The target that this key was seen to open. */
  ofKey(baseUrl: string, hashKey: HashKey): ReplayTarget | undefined {
    const keys = this.#keys.all() as { hash: Buffer; salt: Buffer; target: number }[]
    const known = keys.filter(({ hash, salt }) => timingSafeEqual(hash, hashKey(salt)))
    return this.all().find(
      ({ id, baseUrl: theirs }) => theirs === baseUrl && known.some(({ target }) => target === id),
    )
  }

  /** Adds a target; answers with it. */
  add(baseUrl: string, at: string): ReplayTarget {
    const id = Number(this.#add.run(baseUrl, at).lastInsertRowid)
    return { id, baseUrl, stampPlace: null }
  }

  /** Remembers that this key opens the target. */
  remember({ id, baseUrl }: ReplayTarget, hashKey: HashKey, at: string): void {
    if (this.ofKey(baseUrl, hashKey)?.id === id) return
    const salt = randomBytes(16)
    this.#addKey.run(hashKey(salt), salt, id, at)
  }

  /** Remembers where stamps come back. */
  setStampPlace(target: number, place: StampPlace): void {
    this.#setPlace.run(place, target)
  }
}
