import type { Loss } from '../loss.ts'
import type { Replayed } from './certificate.ts'
import { stringOf, textOf, treeOf, type Tree } from './json-tree.ts'
import type { Path } from './value-path.ts'

/** What a loss of an entry is checked against. */
export interface LossContext {
  /** The archived text of the entry; undefined after the end of the history. */
  readonly text: string | undefined
  /** The whole history. */
  readonly entries: readonly string[]
  readonly mode: Replayed['mode']
  /** The entry after the losses before this one. */
  readonly sent: Tree | undefined
}

/** Returns what is wrong with a loss of its kind; undefined if nothing is. */
export type LossRule = (loss: Loss, place: LossContext & { readonly path: Path }) => string | undefined

/** Longest quote of an archived value in a loss. */
const QUOTED_CHARACTERS = 500

/**
 * Returns whether a loss's `before` quotes the archived value. The archive may have read the entry again since, with
 * its keys in another order.
 */
export function isQuoteOf(before: string | null, archived: string | undefined): boolean {
  if (before === null || archived === undefined) return (before ?? 'null') === (archived ?? 'null')
  if (before === archived || before === `${archived.slice(0, QUOTED_CHARACTERS)}…`) return true
  return !before.endsWith('…') && textOf(treeOf(before)) === textOf(treeOf(archived))
}

/** The inputs that are sent for a whole entry. */
export function sentFor({ after }: Loss): Tree[] {
  const tree = after === null ? [] : treeOf(after)
  return Array.isArray(tree) ? tree.filter((each) => each !== undefined) : []
}

/** The string that is sent instead. */
export function stringAfter({ after }: Loss): string | undefined {
  return after === null ? undefined : stringOf(treeOf(after))
}

export function checkDropped({ after }: Loss): string | undefined {
  return after === null ? undefined : 'something is sent instead'
}
