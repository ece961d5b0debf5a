import { randomBytes, timingSafeEqual } from 'node:crypto'

import type { Sqlite, Statement } from '../sqlite/sqlite.ts'

/** Hashes the key (SHA-256 under this salt) without showing it. */
export type HashKey = (salt: Uint8Array) => Buffer

/**
 * Keys that were seen to open the account that this archive holds. Only a salted hash is kept: enough to know a key
 * again, useless to find it out.
 */
export class AccountKeys {
  readonly #all: Statement
  readonly #add: Statement

  constructor(db: Sqlite) {
    this.#all = db.prepare('select hash, salt from account_key')
    this.#add = db.prepare('insert into account_key (hash, salt, seen_at) values (?, ?, ?)')
  }

  /** Tells whether this key was seen before. */
  knows(hashKey: HashKey): boolean {
    const rows = this.#all.all() as { hash: Buffer; salt: Buffer }[]
    return rows.some(({ hash, salt }) => timingSafeEqual(hash, hashKey(salt)))
  }

  /** Remembers that this key opens the account. */
  remember(hashKey: HashKey, at: string): void {
    if (this.knows(hashKey)) return
    const salt = randomBytes(16)
    this.#add.run(hashKey(salt), salt, at)
  }
}
