import { createHash } from 'node:crypto'

import { messageOf } from '../../../errors.ts'
import { sealOf, type SealedRevision } from '../../schema/seal.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check, Problem } from './check.ts'
import { faultOfText, isBytes, readRows } from './read-damaged.ts'

export type SealedRow = SealedRevision & { readonly seal: unknown }

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
      yield { ...problem, where: { ...where, conversationId: id as string } }
    }
  },
}

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
    const what = 'its length or the hash over its history is wrong, but its links match its seal'
    const update = 'update revision set length = ?, chain = ? where id = ?'
    return { what, repair: (db) => void db.run(update, length, chain, id) }
  }
  const what = isAsWalked ? 'its row, an envelope or its seal' : 'its history'
  return { what: `${what} has changed since it was stored` }
}

/** The length and the hash of a history according to its links, or where they break off. */
type Walk =
  | { readonly length: number; readonly chain: Buffer; readonly brokenAt: undefined }
  | { readonly brokenAt: string }

/** Follows a history from its tip to its start, with the hashes of its entries. */
function walkHistory(db: Sqlite, tip: number): Walk {
  try {
    const hashes: Buffer[] = []
    for (let link = tip; link !== 0;) {
      const step = db.raw.get<[previous: number, sha256: Buffer | null]>(STEP, link)
      if (step === undefined) return { brokenAt: `link ${link} is missing` }
      const [previous, sha256] = step
      if (sha256 === null) return { brokenAt: `the entry of link ${link} is missing` }
      if (previous >= link) return { brokenAt: `link ${link} does not lead back` }
      hashes.push(sha256)
      link = previous
    }
    const chain = createHash('sha256')
    for (const sha256 of hashes.reverse()) chain.update(sha256)
    return { length: hashes.length, chain: chain.digest(), brokenAt: undefined }
  } catch (thrown) {
    return { brokenAt: messageOf(thrown) }
  }
}

const STEP = 'select previous, sha256 from link left join entry on entry.id = entry where link.id = ?'
