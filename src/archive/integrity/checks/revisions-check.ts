import { sealOf, type SealedRevision } from '../../schema/seal.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check, Problem } from './check.ts'
import { readRows } from './read-rows.ts'
import { faultOfText, isBytes } from './stored-text.ts'
import { walkHistory, type Walk } from './walk-history.ts'

/** A revision with its seal. */
export type SealedRow = SealedRevision & { readonly seal: unknown }

/** The columns of `SealedRow`. */
export const SEALED_COLUMNS =
  'conversation, run, stored_at, row, history, tip, length, chain, messages, messages_tip, seal'

/**
 * Compares each revision with its seal and with its links. If the seal matches the length and the hash that the links
 * give, but not the stored ones, the stored ones have decayed and can be repaired.
 */
export const revisions: Check = {
  name: 'revisions',
  about: 'every revision matches its seal, and its history is complete',
  *find({ db }) {
    for (const read of readRows<SealedRow>(db, 'revision', SEALED_COLUMNS)) {
      const where = { table: 'revision', row: read.id }
      if (read.row === undefined) {
        yield { what: `cannot read it: ${read.why}`, where }
        continue
      }
      const problem = findProblem(read.id, read.row, walkHistory(db, read.row.tip))
      if (problem === undefined) continue
      const id = db.pluck.get('select id from conversation where key = ?', read.row.conversation)
      yield { ...problem, where: { ...where, conversation: id as string } }
    }
  },
}

/** Tells whether a revision matches its seal. */
export function isSealed(revision: SealedRow): boolean {
  return revision.chain instanceof Uint8Array && isBytes(revision.seal, sealOf(revision))
}

function findProblem(id: number, revision: SealedRow, walk: Walk): Omit<Problem, 'where'> | undefined {
  const texts = [revision.row, revision.history, ...(revision.messages === null ? [] : [revision.messages])]
  const fault = texts.map(faultOfText).find((found) => found !== undefined)
  if (fault !== undefined) return { what: `its row or an envelope is damaged: ${fault}` }
  if (walk.brokenAt !== undefined) return { what: `its history breaks off: ${walk.brokenAt}` }
  const { length, chain } = walk
  const isAsWalked = length === revision.length && isBytes(revision.chain, chain)
  if (isSealed({ ...revision, length, chain })) {
    if (isAsWalked) return undefined
    return {
      what: 'its length or the hash over its history is wrong, but its links match its seal',
      repair: (db) => setWalked(db, id, length, chain),
    }
  }
  return {
    what: isAsWalked
      ? 'its row, an envelope or its seal has changed since it was stored'
      : 'its history has changed since it was stored',
  }
}

function setWalked(db: Sqlite, id: number, length: number, chain: Buffer): void {
  db.run('update revision set length = ?, chain = ? where id = ?', length, chain, id)
}
