import { randomBytes, timingSafeEqual } from 'node:crypto'

import type { Sqlite } from '../sqlite/sqlite.ts'

/** Hashes the API key (SHA-256 with this salt) without revealing it. */
export type HashKey = (salt: Uint8Array) => Buffer

/**
 * API keys that are known to belong to the archived account. Only salted hashes are stored: they recognize a key, but do
 * not reveal it.
 */
export class AccountKeys {
  readonly #db: Sqlite

  constructor(db: Sqlite) {
    this.#db = db
  }

  /** Tells whether this key is known. */
  knows(hashKey: HashKey): boolean {
    const rows = this.#db.all('select hash, salt from account_key') as { hash: Buffer; salt: Buffer }[]
    return rows.some(({ hash, salt }) => timingSafeEqual(hash, hashKey(salt)))
  }

  /** Records that this key belongs to the account. */
  remember(hashKey: HashKey, at: string): void {
    if (this.knows(hashKey)) return
    const salt = randomBytes(16)
    this.#db.run('insert into account_key (hash, salt, seen_at) values (?, ?, ?)', hashKey(salt), salt, at)
  }
}
