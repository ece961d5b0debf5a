import type { DependencyCounts } from '../archive/content/dependencies.ts'
import type { Books, RequestsByKind, RunOutcome } from '../archive/journal/runs.ts'
import type { StepProgress } from '../model/step-progress.ts'

/** Options of a backup. */
export interface BackupOptions {
  /** How many conversations are fetched at the same time at most. The client sends fewer requests if the API does not accept as many. Default: 64. */
  readonly concurrency?: number | undefined
  /** Rows per page of the listing; the server may return fewer. Default: what it granted last time, or else 1,000. */
  readonly pageSize?: number | undefined
  /** Back up only these conversations, by id; the account is not listed. Default: the whole account. */
  readonly ids?: readonly string[] | undefined
  /** Fetch every conversation, changed or not. */
  readonly full?: boolean | undefined
  /**
   * Of which fetched conversations to read the messages, too, and to compare them with the history. `sample`: of the first
   * 20 and of 2 % of the others, and of all once messages differ. Default: `all`.
   */
  readonly messages?: 'all' | 'sample' | 'none' | undefined
  /** Fetch the files that conversations refer to. Default: true. */
  readonly files?: boolean | undefined
  /** Skip files larger than this, in bytes. Default: the client's limit for a response body. */
  readonly maxFileSize?: number | undefined
  /** List and count only, without changing the archive. `new` and `updated` then count what would be fetched. */
  readonly dryRun?: boolean | undefined
  /** Accept this account as the owner of the archive without evidence. */
  readonly adoptAccount?: boolean | undefined
  /** Mark conversations as gone even if they are more than a fifth of the archive. */
  readonly acceptGone?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** Called when a step begins, and after each of its items. */
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined
}

/**
 * The steps of a backup, in order. `retry`: fetch again what failed before. `list`: list the account and fetch what is new
 * or changed. `fetch`: fetch conversations requested by id. `look-up`: ask whether unlisted conversations still exist.
 * `dependencies`: fetch agents and files. `index`: add texts to the search index.
 */
export type BackupStep = 'retry' | 'list' | 'fetch' | 'look-up' | 'dependencies' | 'index'

/** The progress of a backup. The total of `list` is estimated from the last complete run. */
export interface BackupProgress {
  readonly step: StepProgress<BackupStep>
  readonly books: Readonly<Books>
}

/** How a backup ended. */
export interface BackupResult extends Books, WorkEnd {
  /** The number of the run; null for a dry run, which is not recorded. */
  readonly run: number | null
  readonly outcome: RunOutcome
  readonly seconds: number
  readonly requestsByKind: RequestsByKind
  /** The state of the agents and files that the archived conversations refer to. */
  readonly dependencies: DependencyCounts
}

/** How the work of a run ended, before its counts are stored. */
export interface WorkEnd {
  /**
   * True if the listing is proven to have missed no conversation that existed throughout the run; null if only some
   * conversations were requested.
   */
  readonly complete: boolean | null
  /** Why the backup is not complete, or not done. */
  readonly reason: string | undefined
}
