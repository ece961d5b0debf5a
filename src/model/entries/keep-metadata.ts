import { member, withMember } from '../json/json-text.ts'
import { readableFields } from './fields.ts'

/**
 * Copies the metadata of an older row into a newer one that lacks it. Metadata never changes after `start`, so a response
 * without it has only left it out. Both texts are compact.
 */
export function keepMetadata(older: string, newer: string): string {
  const kept = readableFields(older).get('metadata') ?? 'null'
  const isLeftOut = (member(newer, 'metadata')?.value ?? 'null') === 'null'
  return kept !== 'null' && isLeftOut ? withMember(newer, 'metadata', kept) : newer
}
