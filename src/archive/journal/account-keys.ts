import { randomBytes, timingSafeEqual } from 'node:crypto'

import { DatabaseAccess } from '../sqlite/database-access.ts'

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
export class AccountKeys extends DatabaseAccess {
  knows(hashKey: HashKey): boolean {
    const known = this.db.all<KeyHash>('select hash, salt from account_key')
    return known.some((each) => isHashOf(each, hashKey))
  }

  /** Records that this key belongs to the account. */
  remember(hashKey: HashKey, at: string): void {
    if (!this.knows(hashKey)) this.insert('account_key', { ...saltKey(hashKey), seen_at: at })
  }
}
