import type { Loss } from '../loss.ts'
import type { Replayed } from './certificate.ts'
import type { Tree } from './json-tree.ts'
import type { Path } from './value-path.ts'

/** What a loss of an entry is judged by. */
export interface LossContext {
  /** The archived text of the entry; undefined beyond the end of the history. */
  readonly text: string | undefined
  /** The whole history. */
  readonly entries: readonly string[]
  readonly mode: Replayed['mode']
  /** The entry with the losses before this one. */
  readonly sent: Tree | undefined
}

/** Says of a loss of its kind what is wrong with it; undefined where it is what its kind says. */
export type LossRule = (loss: Loss, place: LossContext & { readonly path: Path }) => string | undefined
