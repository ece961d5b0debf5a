import { createHash } from 'node:crypto'

import { messageOf } from '../../../errors.ts'
import type { Sqlite } from '../../sqlite/sqlite.ts'

/** The length and the hash of a history according to its links, or where they break off. */
export type Walk =
  | { readonly length: number; readonly chain: Buffer; readonly brokenAt: undefined }
  | { readonly brokenAt: string }

/** Follows a history from its tip to its start, with the hashes of its entries. */
export function walkHistory(db: Sqlite, tip: number): Walk {
  try {
    const hashes: Buffer[] = []
    for (let link = tip; link !== 0;) {
      const step = db.raw.get(STEP, link) as [previous: number, sha256: Buffer | null] | undefined
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
