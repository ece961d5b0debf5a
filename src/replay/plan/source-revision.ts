import { createHash } from 'node:crypto'

import { canonicalJson } from '../../model/json/canonical-json.ts'
import { withoutMembers } from '../../model/json/json-text.ts'
import type { Source } from './source.ts'

/**
 * Identifies the content of a conversation: SHA-256 (hex) of its id and all entries. Two archives of one account get
 * the same value, even if one read an entry in another form (`completed_at` turns null, keys change order). The row is
 * left out: it is fixed at start, and listings omit parts of it.
 */
export function revisionOf({ id, entries }: Pick<Source, 'id' | 'entries'>): string {
  const hash = createHash('sha256').update(JSON.stringify(id))
  for (const entry of entries) hash.update(`\n${canonicalJson(withoutMembers(entry, ['completed_at']))}`)
  return hash.digest('hex')
}
