import { hash } from 'node:crypto'

import { stringIn } from '../../model/entries/fields.ts'
import { member } from '../../model/json/json-text.ts'
import type { Loss } from '../loss.ts'
import type { Mode } from './plan.ts'
import { makeLoss } from './source.ts'

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

/**
 * Puts the stamp at the end of the description too, for a target whose metadata does not come back.
 *
 * @returns the body of start, and what that changes
 */
export function describeStamp(body: string, stamp: string): { readonly body: string; readonly loss: Loss } {
  const before = member(body, 'description')
  const words = `[${STAMP_KEY} ${stamp}]`
  const after = JSON.stringify([stringIn(before?.value), words].filter((part) => part !== null).join(' '))
  return {
    body:
      before === undefined
        ? `{"description":${after},${body.slice(1)}`
        : body.slice(0, before.start) + after + body.slice(before.end),
    loss: makeLoss('description-stamped', null, 'description', before?.value ?? null, after),
  }
}
