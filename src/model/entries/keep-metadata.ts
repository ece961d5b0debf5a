import { member, withMember } from '../json/json-text.ts'
import { readableFields } from './fields.ts'

/**
 * Adds to the text of a row the metadata that an older one had and this one lacks: metadata is fixed at start, so an
 * answer without it has only left it out. Both texts are compact.
 */
export function keepMetadata(older: string, newer: string): string {
  const kept = readableFields(older).get('metadata') ?? 'null'
  const isLeftOut = (member(newer, 'metadata')?.value ?? 'null') === 'null'
  return kept !== 'null' && isLeftOut ? withMember(newer, 'metadata', kept) : newer
}
