import { createHash } from 'node:crypto'

import { fieldsOf } from '../../model/entries/fields.ts'
import { canonicalJson } from '../../model/json/canonical-json.ts'
import type { Source } from './source.ts'

/**
 * Names which content of which conversation: SHA-256 (hex) over the id and every entry. Two archives of one account come
 * to the same name, though one has read an entry in another form (`completed_at` turns null, keys change places). The row
 * is left out: what it says was fixed at start, and listings leave parts of it away.
 */
export function revisionOf({ id, entries }: Pick<Source, 'id' | 'entries'>): string {
  const hash = createHash('sha256').update(JSON.stringify(id))
  for (const entry of entries) hash.update(`\n${canonicalJson(lastingFields(entry))}`)
  return hash.digest('hex')
}

function lastingFields(entry: string): string {
  const fields = [...fieldsOf(entry)].filter(([key]) => key !== 'completed_at')
  return `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`
}
