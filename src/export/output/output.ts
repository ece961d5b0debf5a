import type { OutputFiles } from '../format.ts'
import type { Manifest } from './manifest.ts'

/** Where an export is written: a place on disk, where it appears as a whole or not at all, or a stream. */
export interface Output extends OutputFiles {
  /** Moves the files to their final name, with a manifest. */
  commit(head: Omit<Manifest, 'files'>): Promise<void>
  /** Removes everything that was written; does nothing after `commit`. */
  abandon(): Promise<void>
}
