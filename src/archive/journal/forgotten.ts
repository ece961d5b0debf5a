import { hash } from 'node:crypto'

import { DatabaseAccess } from '../sqlite/database-access.ts'

/** The receipts of conversations that were forgotten. They have no content, and the hash of an id instead of the id. */
export class Forgotten extends DatabaseAccess {
  /** Records that a conversation was forgotten. */
  add(id: string, revisions: number, at: string): void {
    this.insert('forgotten', { id_sha256: idHash(id), revisions, at })
  }

  /** Returns `has` for many ids: it reads the receipts once. */
  filter(): (id: string) => boolean {
    const sql = 'select id_sha256 from forgotten where recalled_at is null'
    const hashes = new Set(this.db.pluck.all<Buffer>(sql).map((each) => each.toString('hex')))
    return (id) => hashes.size > 0 && hashes.has(idHash(id).toString('hex'))
  }

  /** Whether a conversation was forgotten, and not recalled since. */
  has(id: string): boolean {
    const sql = 'select 1 from forgotten where id_sha256 = ? and recalled_at is null'
    return this.db.pluck.get(sql, idHash(id)) !== undefined
  }

  /** Records that a person wants a conversation archived again. */
  recall(id: string, at: string): void {
    const sql = 'update forgotten set recalled_at = ? where id_sha256 = ? and recalled_at is null'
    this.db.run(sql, at, idHash(id))
  }

  /** Number of conversations of which pages of the file may still have something. */
  notOverwritten(): number {
    return this.db.pluck.get('select count(*) from forgotten where overwritten_at is null') as number
  }

  /** Records that no page has anything of them left. */
  setOverwritten(at: string): void {
    this.db.run('update forgotten set overwritten_at = ? where overwritten_at is null', at)
  }
}

function idHash(id: string): Buffer {
  return hash('sha256', id, 'buffer')
}
