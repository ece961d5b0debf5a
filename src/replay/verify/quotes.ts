import { textOf, treeOf } from './json-tree.ts'

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
