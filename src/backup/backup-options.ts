import type { DependencyCounts } from '../archive/content/dependencies.ts'
import type { Books, RunOutcome } from '../archive/journal/runs.ts'

/** How to back up. */
export interface BackupOptions {
  /** How many conversations are fetched at the same time. Default: 8. */
  readonly concurrency?: number | undefined
  /** How many rows of the listing to ask for at once; the server may grant fewer. Default: 100. */
  readonly pageSize?: number | undefined
  /** Only these conversations, by id; the account is not listed then. */
  readonly ids?: readonly string[] | undefined
  /** Fetch every conversation, changed or not. */
  readonly full?: boolean | undefined
  /** Read the messages of each conversation and compare them with its history. Default: true. */
  readonly messages?: boolean | undefined
  /** Fetch the files that conversations refer to. Default: true. */
  readonly files?: boolean | undefined
  /** Leave out files of more bytes than this. Default: no limit but the client's for a body. */
  readonly maxFileSize?: number | undefined
  /** List and count only; the archive stays as it is. `new` and `updated` then count what would be fetched. */
  readonly dryRun?: boolean | undefined
  /** Take the account as that of the archive though nothing shows that it is. */
  readonly adoptAccount?: boolean | undefined
  /** Mark conversations as gone though more than a fifth of the archive would be. */
  readonly acceptGone?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** Told the books whenever they change. */
  readonly onProgress?: ((books: Readonly<Books>) => void) | undefined
  /** Told when all is fetched and the search index is filled. */
  readonly onIndexing?: (() => void) | undefined
}

/** How a backup ended. */
export interface BackupResult extends Books {
  /** The number of the run; null for a dry run, which leaves no trace. */
  readonly run: number | null
  readonly outcome: RunOutcome
  /**
   * True when the listing was shown to have missed nothing that was there throughout; null when only some conversations
   * were asked for.
   */
  readonly complete: boolean | null
  /** Why it is not complete, or not done. */
  readonly reason: string | undefined
  readonly seconds: number
  /** How it stands with the agents and files that the archive's conversations refer to. */
  readonly dependencies: DependencyCounts
}

/** How the work itself ended, before the books are closed. */
export interface WorkEnd {
  readonly complete: boolean | null
  readonly reason: string | undefined
}
