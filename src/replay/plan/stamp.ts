import { createHash, hash } from 'node:crypto'

import { stringIn } from '../../model/entries/fields.ts'
import { canonicalJson } from '../../model/json/canonical-json.ts'
import { member, replaceAt, withoutMembers } from '../../model/json/json-text.ts'
import { STAMP_KEY } from '../../model/read-stamp.ts'
import type { Loss } from '../loss.ts'
import type { Mode } from './plan.ts'
import { makeLoss, type Source } from './source.ts'

/** Identifies a copy: two copies with the same values must never be made. */
export interface Origin {
  /** The conversation's id at the source. */
  readonly id: string
  /** From `revisionOf`. */
  readonly revision: string
  readonly mode: Mode
  readonly label: string
}

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

/**
 * Returns the stamp of a copy: `v1.SOURCE.REVISION.MODE.LABEL`. It is one flat string because a metadata filter can at
 * best be expected to compare whole values. SOURCE is a hash of the conversation's id. Ids are unique to an account,
 * so it also stands for the account, and another machine's archive of that account produces the same stamp. REVISION
 * is a part of its own, so that a copy of an earlier revision can be identified.
 */
export function stampOf({ id, revision, mode, label }: Origin): string {
  return ['v1', hash('sha256', id, 'hex').slice(0, 20), revision.slice(0, 20), mode, label].join('.')
}

/**
 * Appends the stamp to the description, for a target that does not return metadata.
 *
 * @returns the body of start, and the loss that this is
 */
export function describeStamp(body: string, stamp: string): { readonly body: string; readonly loss: Loss } {
  const before = member(body, 'description')
  const suffix = `[${STAMP_KEY} ${stamp}]`
  const after = JSON.stringify([stringIn(before?.value), suffix].filter((part) => part !== null).join(' '))
  return {
    body:
      before === undefined
        ? `{"description":${after},${body.slice(1)}`
        : replaceAt(body, ['description'], () => after),
    loss: makeLoss('description-stamped', null, 'description', before?.value ?? null, after),
  }
}
