import type { OutputFiles } from '../format.ts'
import type { Manifest } from './manifest.ts'

/** Where an export goes: a place on disk that is filled as a whole or not at all, or a stream. */
export interface Output extends OutputFiles {
  /** Makes what was written stand under its final name, and says what it is. */
  commit(head: Omit<Manifest, 'files'>): Promise<void>
  /** Leaves nothing under the final name. Harmless after `commit`. */
  abandon(): Promise<void>
}
