import { isContainer } from '../../model/json/parse-json.ts'
import { STAMP_KEY } from '../plan/stamp.ts'

/**
 * What a row says about its origin: a stamp; `others`, since what a copy carries would be seen here and is not; or
 * nothing that could be seen.
 */
export type FoundStamp = { readonly stamp: string } | 'others' | 'hidden'

const DESCRIBED = new RegExp(`\\[${STAMP_KEY} (v1\\.[\\w.-]+)\\]$`)

/** Reads the mark of a conversation. Every copy is sent metadata, so where there is other metadata it is no copy. */
export function readStamp(row: unknown): FoundStamp {
  const { metadata, description } = (row ?? {}) as Record<string, unknown>
  const fields: Record<string, unknown> = isContainer(metadata) ? (metadata as Record<string, unknown>) : {}
  const stamp = fields[STAMP_KEY]
  if (typeof stamp === 'string') return { stamp }
  const [, described] = DESCRIBED.exec(typeof description === 'string' ? description : '') ?? []
  if (described !== undefined) return { stamp: described }
  return Object.keys(fields).length > 0 ? 'others' : 'hidden'
}

/** The beginning that all stamps of one source share. */
export function sourceOfStamp(stamp: string): string {
  return stamp.split('.').slice(0, 2).join('.')
}

/** Tells whether two stamps differ in the revision alone. */
export function isOtherRevision(one: string, other: string): boolean {
  const [a, b] = [one.split('.'), other.split('.')]
  return one !== other && [0, 1, 3, 4].every((part) => a[part] === b[part])
}
