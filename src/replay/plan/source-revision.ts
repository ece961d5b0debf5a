import { createHash } from 'node:crypto'

import { canonicalJson } from '../../model/json/canonical-json.ts'
import { withoutMembers } from '../../model/json/json-text.ts'
import type { Source } from './source.ts'

/**
 * Names which content of which conversation: SHA-256 (hex) over the id and every entry. Two archives of one account come
 * to the same name, though one has read an entry in another form (`completed_at` turns null, keys change places). The row
 * is left out: what it says was fixed at start, and listings leave parts of it away.
 */
export function revisionOf({ id, entries }: Pick<Source, 'id' | 'entries'>): string {
  const hash = createHash('sha256').update(JSON.stringify(id))
  for (const entry of entries) hash.update(`\n${canonicalJson(withoutMembers(entry, ['completed_at']))}`)
  return hash.digest('hex')
}
