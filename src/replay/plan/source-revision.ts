import { createHash } from 'node:crypto'

import { fieldsOf } from '../../model/entries/fields.ts'
import { canonicalJson } from '../../model/json/canonical-json.ts'
import type { Source } from './source.ts'

/**
 * Identifies the content of a conversation: SHA-256 (hex) of its id and all entries. Two archives of one account
 * get the same value, even if one read an entry in another form (`completed_at` turns null, keys change order). The
 * row is left out: it is fixed at start, and listings omit parts of it.
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
