import type { BackupOptions } from '../../backup/backup-options.ts'
import type { AccountOptions } from '../io.ts'

/** The options of `backup`. */
export interface BackupCommandOptions
  extends AccountOptions, Omit<BackupOptions, 'ids' | 'signal' | 'onProgress'> {
  readonly id?: readonly string[]
  /** Seconds to wait for another run; `true` waits without limit. */
  readonly wait?: number | true
}
