import { hash } from 'node:crypto'

import type { Check, FindingPlace } from './check.ts'
import { attempt, faultOfText, isBytes, readRows } from './read-damaged.ts'

/** The columns of an entry that are checked. */
export interface StoredEntryRow {
  readonly sha256: unknown
  readonly json: unknown
}

/** For how many damaged entries to find a conversation that contains them: each takes a search through all links. */
const MAX_NAMED = 100

/**
 * Compares each text with its hash. If they differ, one of them has decayed, and nothing shows which.
 */
export const entries: Check = {
  name: 'entries',
  about: 'every entry is valid JSON and matches its hash',
  *find({ db }) {
    let named = 0
    const place = (row: number): FindingPlace => {
      if (named++ >= MAX_NAMED) return { table: 'entry', row }
      const conversationId = attempt(() => db.pluck.get<string>(CONVERSATION_OF_ENTRY, row))
      return { table: 'entry', row, conversationId }
    }
    for (const read of readRows<StoredEntryRow>(db, 'entry', 'sha256, json')) {
      const what = read.row === undefined ? `cannot read it: ${read.why}` : faultOfEntry(read.row)
      if (what !== undefined) yield { what, where: place(read.id) }
    }
  },
}

/** Describes what is wrong with an entry's text or hash; undefined if nothing is. */
export function faultOfEntry({ sha256, json }: StoredEntryRow): string | undefined {
  const fault = faultOfText(json)
  if (typeof json === 'string' && isBytes(sha256, hash('sha256', json, 'buffer'))) return fault
  return `its text or its hash has changed since it was stored${fault === undefined ? '' : `, and ${fault}`}`
}

/** A conversation with this entry in any of its revisions. */
const CONVERSATION_OF_ENTRY = `
with recursive later (id) as (
  select id from link where entry = ?
  union
  select link.id from link join later on link.previous = later.id
)
select conversation.id from revision join conversation on conversation.key = revision.conversation
  where revision.tip in (select id from later) or revision.messages_tip in (select id from later) limit 1`
