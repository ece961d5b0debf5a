import { hash } from 'node:crypto'

import type { Mode } from './plan.ts'

/** The member of a conversation's metadata in which a copy carries its stamp. */
export const STAMP_KEY = 'hansard_replay'

/** What a copy is a copy of: two copies with all of these the same must never be made. */
export interface Origin {
  /** The conversation's id at the source. */
  readonly id: string
  /** `revisionOf` its content. */
  readonly revision: string
  readonly mode: Mode
  readonly label: string
}

/**
 * The stamp of a copy: `v1.SOURCE.REVISION.MODE.LABEL`, as one flat string, since a filter by metadata that compares
 * whole values is the most that may be hoped for. SOURCE is a hash of the conversation's id: nothing in the API names an
 * account, but an id belongs to one account only and so stands for both, and another machine's archive of that account
 * comes to the same stamp. REVISION is apart, so that a copy of an earlier revision can be recognised as such.
 */
export function stampOf({ id, revision, mode, label }: Origin): string {
  return ['v1', hash('sha256', id, 'hex').slice(0, 20), revision.slice(0, 20), mode, label].join('.')
}

/** The description of a copy whose stamp can't be in the metadata: it ends with the stamp. */
export function stampedDescription(description: string | null, stamp: string): string {
  return [description ?? '', `[${STAMP_KEY} ${stamp}]`].filter((part) => part !== '').join(' ')
}
