import { hash } from 'node:crypto'

import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check, FindingPlace } from './check.ts'
import { rowsOf } from './read-rows.ts'
import { faultOfText, isBytes } from './stored-text.ts'

/** What an entry is checked by. */
export interface StoredEntryRow {
  readonly sha256: unknown
  readonly json: unknown
}

/** So many damaged entries get the name of a conversation that holds them: each takes a search through all links. */
const NAMED = 100

/**
 * Compares each text with its hash. Where they differ, one of them has decayed; which one, and into what, nothing tells.
 */
export const entries: Check = {
  name: 'entries',
  about: 'every entry is valid JSON and has the hash it was stored with',
  *find({ db }) {
    let named = 0
    const place = (row: number): FindingPlace => {
      const conversation = named++ < NAMED ? holderOf(db, row) : undefined
      return { table: 'entry', row, conversation }
    }
    for (const read of rowsOf<StoredEntryRow>(db, 'entry', 'sha256, json')) {
      const what = read.row === undefined ? `it can’t be read: ${read.why}` : faultOfEntry(read.row)
      if (what !== undefined) yield { what, where: place(read.id) }
    }
  },
}

/** What is wrong with an entry's text or hash; undefined if nothing is. */
export function faultOfEntry({ sha256, json }: StoredEntryRow): string | undefined {
  const fault = faultOfText(json)
  if (typeof json === 'string' && isBytes(sha256, hash('sha256', json, 'buffer'))) return fault
  return `its text or its hash has changed since it was stored${fault === undefined ? '' : `, and ${fault}`}`
}

/** A conversation with this entry in any of its revisions. */
function holderOf(db: Sqlite, entry: number): string | undefined {
  const search = db.prepare(`
    with recursive later (id) as (
      select id from link where entry = ?
      union
      select link.id from link join later on link.previous = later.id
    )
    select conversation.id from later join revision on later.id in (revision.tip, revision.messages_tip)
      join conversation on conversation.key = revision.conversation limit 1`)
  try {
    return search.pluck().get(entry) as string | undefined
  } catch {
    return undefined // what leads to it is damaged too, and is reported on its own
  }
}
