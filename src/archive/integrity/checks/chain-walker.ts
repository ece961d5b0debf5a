import { createHash } from 'node:crypto'

import { messageOf } from '../../../errors.ts'
import type { Sqlite, Statement } from '../../sqlite/sqlite.ts'

/** A history as its links tell it, or where they break off. */
export type Walk =
  | { readonly length: number; readonly chain: Buffer; readonly brokenAt: undefined }
  | { readonly brokenAt: string }

/** Follows histories by their links, with the hashes of their entries. */
export class Walker {
  readonly #step: Statement

  constructor(db: Sqlite) {
    this.#step = db
      .prepare('select previous, sha256 from link left join entry on entry.id = entry where link.id = ?')
      .raw()
  }

  /** Walks from the tip to the beginning. */
  walk(tip: number): Walk {
    try {
      const hashes: Buffer[] = []
      for (let link = tip; link !== 0;) {
        const step = this.#step.get(link) as [previous: number, sha256: Buffer | null] | undefined
        if (step === undefined) return { brokenAt: `link ${link} is not there` }
        const [previous, sha256] = step
        if (sha256 === null) return { brokenAt: `the entry of link ${link} is not there` }
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
}
