import type { BackupResult } from '../../backup/backup-options.ts'
import type { ExitCode } from '../exit-codes.ts'

/** What a run of `backup` tells those who watch over it. */
export interface RunReport {
  readonly exitCode: ExitCode
  /** What a person should read. */
  readonly lines: readonly string[]
  readonly accounts: readonly AccountReport[]
}

/** An account of a run. Without a result or an error, it has not begun. */
export interface AccountReport {
  /** The name of its profile, if it has one. */
  readonly name?: string | undefined
  readonly archive: string
  readonly result?: BackupResult
  readonly error?: unknown
}
