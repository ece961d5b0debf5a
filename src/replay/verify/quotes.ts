import { textOf, treeOf } from './json-tree.ts'

/** How much of what was there a loss quotes at most. */
const QUOTED_CHARACTERS = 500

/**
 * Tells whether a loss's `before` quotes what stood at its place. The archive may have read an entry again since, and keep
 * it with its keys in another order.
 */
export function isQuoteOf(before: string | null, there: string | undefined): boolean {
  if (before === null || there === undefined) return (before ?? 'null') === (there ?? 'null')
  if (before === there || before === `${there.slice(0, QUOTED_CHARACTERS)}…`) return true
  return !before.endsWith('…') && textOf(treeOf(before)) === textOf(treeOf(there))
}
