import type { Loss } from '../loss.ts'
import type { Replayed } from './certificate.ts'
import type { Tree } from './json-tree.ts'
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
