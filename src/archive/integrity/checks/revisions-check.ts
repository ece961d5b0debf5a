import { sealOf, type SealedRevision } from '../../schema/seal.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'
import { Walker, type Walk } from './chain-walker.ts'
import type { Check, Problem } from './check.ts'
import { rowsOf } from './read-rows.ts'
import { faultOfText, isBytes } from './stored-text.ts'

/** A revision with its seal. */
export type SealedRow = SealedRevision & { readonly seal: unknown }

/** The columns of one. */
export const SEALED_COLUMNS =
  'conversation, run, stored_at, row, history, tip, length, chain, messages, messages_tip, seal'

/**
 * Compares each revision with its seal, and with the history that its links lead to. When the seal agrees with what the
 * links say but not with the stored length or chain, it was those that decayed, and the links prove what they were.
 */
export const revisions: Check = {
  name: 'revisions',
  about: 'every revision is as it was sealed, and its links lead through its whole history',
  *find({ db }) {
    const walker = new Walker(db)
    const idOf = db.prepare('select id from conversation where key = ?').pluck()
    for (const read of rowsOf<SealedRow>(db, 'revision', SEALED_COLUMNS)) {
      const where = { table: 'revision', row: read.id }
      if (read.row === undefined) {
        yield { what: `it can’t be read: ${read.why}`, where }
        continue
      }
      const problem = problemOf(read.id, read.row, walker.walk(read.row.tip))
      if (problem === undefined) continue
      yield { ...problem, where: { ...where, conversation: idOf.get(read.row.conversation) as string } }
    }
  },
}

/** Tells whether a revision is as it was stored. */
export function isSealed(revision: SealedRow): boolean {
  return revision.chain instanceof Uint8Array && isBytes(revision.seal, sealOf(revision))
}

function problemOf(id: number, revision: SealedRow, walk: Walk): Omit<Problem, 'where'> | undefined {
  const texts = [revision.row, revision.history, ...(revision.messages === null ? [] : [revision.messages])]
  const fault = texts.map(faultOfText).find((found) => found !== undefined)
  if (fault !== undefined) return { what: `of its row or envelopes, one is damaged: ${fault}` }
  if (walk.brokenAt !== undefined) return { what: `its history breaks off: ${walk.brokenAt}` }
  const { length, chain } = walk
  const isAsWalked = length === revision.length && isBytes(revision.chain, chain)
  if (isSealed({ ...revision, length, chain })) {
    if (isAsWalked) return undefined
    return {
      what: 'its length or the hash over its history is wrong; its links and its seal agree',
      mend: (db) => setWalked(db, id, length, chain),
    }
  }
  return {
    what: isAsWalked
      ? 'its row, an envelope or its seal has changed since it was stored'
      : 'its history is not the one that it was stored with',
  }
}

function setWalked(db: Sqlite, id: number, length: number, chain: Buffer): void {
  db.prepare('update revision set length = ?, chain = ? where id = ?').run(length, chain, id)
}
