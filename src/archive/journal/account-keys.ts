import { randomBytes, timingSafeEqual } from 'node:crypto'

import type { Sqlite } from '../sqlite/sqlite.ts'

/** Hashes the API key (SHA-256 with this salt) without revealing it. */
export type HashKey = (salt: Uint8Array) => Buffer

/** A salted hash: it recognizes a key, but does not reveal it. */
export interface KeyHash {
  readonly hash: Buffer
  readonly salt: Buffer
}

export function saltKey(hashKey: HashKey): KeyHash {
  const salt = randomBytes(16)
  return { hash: hashKey(salt), salt }
}

export function isHashOf({ hash, salt }: KeyHash, hashKey: HashKey): boolean {
  return timingSafeEqual(hash, hashKey(salt))
}

/** Salted hashes of the API keys that are known to belong to the archived account. */
export class AccountKeys {
  readonly #db: Sqlite

  constructor(db: Sqlite) {
    this.#db = db
  }

  /** Tells whether this key is known. */
  knows(hashKey: HashKey): boolean {
    const known = this.#db.all('select hash, salt from account_key') as KeyHash[]
    return known.some((each) => isHashOf(each, hashKey))
  }

  /** Records that this key belongs to the account. */
  remember(hashKey: HashKey, at: string): void {
    if (this.knows(hashKey)) return
    const sql = 'insert into account_key (hash, salt, seen_at) values (:hash, :salt, :at)'
    this.#db.run(sql, { ...saltKey(hashKey), at })
  }
}
