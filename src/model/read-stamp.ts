import { isContainer } from './json/parse-json.ts'

/** The metadata key of the stamp by which a copy that a replay made is recognized. */
export const STAMP_KEY = 'hansard_replay'

/**
 * What a row shows of its origin: a stamp; `others`, if other metadata is visible, so that a stamp would be, too; or
 * `hidden`, if nothing is visible.
 */
export type FoundStamp = { readonly stamp: string } | 'others' | 'hidden'

const DESCRIBED = new RegExp(`\\[${STAMP_KEY} (v1\\.[\\w.-]+)\\]$`)

/** Reads the stamp of a conversation. Every copy is sent metadata, so a row with other metadata is not a copy. */
export function readStamp(row: unknown): FoundStamp {
  const { metadata, description } = (row ?? {}) as Record<string, unknown>
  const fields: Record<string, unknown> = isContainer(metadata) ? (metadata as Record<string, unknown>) : {}
  const stamp = fields[STAMP_KEY]
  if (typeof stamp === 'string') return { stamp }
  const [, described] = DESCRIBED.exec(typeof description === 'string' ? description : '') ?? []
  if (described !== undefined) return { stamp: described }
  return Object.keys(fields).length > 0 ? 'others' : 'hidden'
}

/** The part that the stamps of all copies of one conversation share. */
export function sourceOfStamp(stamp: string): string {
  return stamp.split('.').slice(0, 2).join('.')
}

/** Returns whether two stamps differ in the revision only. */
export function isOtherRevision(one: string, other: string): boolean {
  const [a, b] = [one.split('.'), other.split('.')]
  return one !== other && [0, 1, 3, 4].every((part) => a[part] === b[part])
}
