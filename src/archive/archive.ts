import { existsSync, statSync } from 'node:fs'

import { HansardError } from '../errors.ts'
import { Conversations } from './content/conversations.ts'
import { Dependencies } from './content/dependencies.ts'
import { Forks } from './content/forks.ts'
import { Histories } from './content/histories.ts'
import { SearchIndex } from './content/search-index.ts'
import { Search } from './content/search.ts'
import { SeenRows } from './content/seen-rows.ts'
import { defineSelectionFunctions } from './content/selection.ts'
import { Volumes } from './content/volumes.ts'
import { Erasure, type Erased } from './erasure/erasure.ts'
import { AccountKeys } from './journal/account-keys.ts'
import { Changes } from './journal/changes.ts'
import { Deletions } from './journal/deletions.ts'
import { Events } from './journal/events.ts'
import { Failures } from './journal/failures.ts'
import { Forgotten } from './journal/forgotten.ts'
import { OpenIds } from './journal/open-ids.ts'
import { OpenProblems } from './journal/open-problems.ts'
import { Runs } from './journal/runs.ts'
import { ServiceFacts } from './journal/service-facts.ts'
import { UnknownShapes } from './journal/unknown-shapes.ts'
import { ReplayCandidates } from './ledger/replay-candidates.ts'
import { ReplayCopies } from './ledger/replay-copies.ts'
import { ReplayRequests } from './ledger/replay-requests.ts'
import { ReplayRuns } from './ledger/replay-runs.ts'
import { ReplayTargets } from './ledger/replay-targets.ts'
import { createSchema, isEmptyDatabase } from './schema/create-schema.ts'
import { Batch } from './sqlite/batch.ts'
import { DatabaseAccess } from './sqlite/database-access.ts'
import { recordName, refuseOtherName } from './sqlite/file-names.ts'
import { explainSqlite, openSqlite, type Sqlite } from './sqlite/sqlite.ts'

/** How to open an archive. */
export interface OpenOptions {
  /** `read` never changes the file; `write` needs an existing archive; `create` creates a missing one. Default: `read`. */
  readonly mode?: 'read' | 'write' | 'create'
}

/**
 * Opens an archive.
 *
 * @throws HansardError `not-an-archive`, `archive-newer`, `archive-older`, `archive-damaged`, or `file` when it
 *   cannot be opened
 */
export function openArchive(path: string, { mode = 'read' }: OpenOptions = {}): Archive {
  if (mode !== 'create') refuseMissing(path)
  refuseSpecialFile(path)
  if (mode === 'read' && statSync(path).size === 0) {
    throw new HansardError('not-an-archive', `${path} is empty`, {
      hint: 'Fill it with `hansard backup`, or use another file with --archive.',
    })
  }
  const db = openSqlite(path, mode)
  try {
    if (mode !== 'read') prepareForWriting(db, path)
    else if (isEmptyDatabase(db, path)) {
      db.close()
      return emptyArchive(path)
    }
    return new Archive(db, path)
  } catch (thrown) {
    db.close()
    throw explainSqlite(thrown, path)
  }
}

/**
 * Refuses a path without a file.
 *
 * @throws HansardError `not-an-archive`
 */
export function refuseMissing(path: string): void {
  if (existsSync(path)) return
  throw new HansardError('not-an-archive', `There is no archive at ${path}`, {
    hint: 'Create one with `hansard backup`, or use another file with --archive.',
  })
}

/**
 * Refuses a pipe, a device or a socket. `openSqlite` refuses a folder.
 *
 * @throws HansardError `not-an-archive`
 */
export function refuseSpecialFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined || found.isFile() || found.isDirectory()) return
  throw new HansardError('not-an-archive', `${path} is a pipe, a device or a socket, not a file`, {
    hint: 'Use a file with --archive.',
  })
}

/** With entries of 1 KB, a page of 4 KiB (the default) wastes a quarter; this one wastes an eighth. */
const PAGE_BYTES = 16_384

/** 64 MiB of log before a checkpoint: with the default of 1,000 pages a first backup took nearly twice as long. */
const WAL_PAGES = 4096

/**
 * KiB of pages that SQLite keeps. Its default is meant to be 16,000, but it counts pages of 4 KiB: with ours it was four times as
 * much, and a first backup was no faster. With 8,000, one of 200,000 conversations wrote half as much again.
 */
const CACHE_KIB = 12_000

/** An empty archive in memory, for asking what a first backup would do. */
export function emptyArchive(path = ':memory:'): Archive {
  const db = openSqlite(':memory:', 'write')
  createSchema(db)
  return new Archive(db, path)
}

/**
 * WAL allows reading while a backup writes. With `synchronous = normal` a power failure may lose the last transactions but
 * never a part of one: the next run fetches the lost conversations again. A finished run is on the disk, since it ends with
 * a checkpoint.
 */
function prepareForWriting(db: Sqlite, path: string): void {
  const isEmpty = isEmptyDatabase(db, path)
  if (!isEmpty) refuseOtherName(db, path)
  db.pragma(`page_size = ${PAGE_BYTES}`)
  db.pragma('journal_mode = wal')
  db.pragma('synchronous = normal')
  db.pragma(`wal_autocheckpoint = ${WAL_PAGES}`)
  db.pragma('foreign_keys = on')
  db.pragma('temp_store = memory')
  if (isEmpty) createSchema(db)
  db.pragma(`cache_size = -${CACHE_KIB}`)
  recordName(db, path)
}

type ArchiveCounts = Record<'conversations' | 'gone' | 'entries' | 'revisions', number>

/** An open archive. Each part has its own tables. */
export class Archive extends DatabaseAccess {
  readonly path: string
  readonly conversations = new Conversations(this.db)
  readonly histories = new Histories(this.db)
  readonly forks = new Forks(this.db)
  readonly search = new Search(this.db)
  readonly searchIndex = new SearchIndex(this.db)
  readonly volumes = new Volumes(this.db)
  readonly runs = new Runs(this.db)
  readonly serviceFacts = new ServiceFacts(this.db)
  readonly failures = new Failures(this.db)
  readonly events = new Events(this.db)
  readonly changes = new Changes(this.db)
  readonly openProblems = new OpenProblems(this.db)
  readonly openIds = new OpenIds(this.db)
  readonly dependencies = new Dependencies(this.db)
  readonly unknownShapes = new UnknownShapes(this.db)
  readonly accountKeys = new AccountKeys(this.db)
  readonly deletions = new Deletions(this.db)
  readonly erasure = new Erasure(this.db)
  readonly forgotten = new Forgotten(this.db)
  readonly replayTargets = new ReplayTargets(this.db)
  readonly replayCandidates = new ReplayCandidates(this.db)
  readonly replayCopies = new ReplayCopies(this.db)
  readonly replayRequests = new ReplayRequests(this.db)
  readonly replayRuns = new ReplayRuns(this.db)
  readonly #batch = new Batch(this.db)
  #isInOneFile = true

  constructor(db: Sqlite, path: string) {
    super(db)
    this.path = path
    defineSelectionFunctions(db)
  }

  /** Runs `work` as a transaction. */
  transaction<T>(work: () => T): T {
    this.flush()
    return this.#explainErrors(() => this.db.transaction(work).immediate())
  }

  /**
   * Runs `work` as a transaction and returns when it is safely on the disk: an intent that is lost in a power failure would
   * be a request that nobody remembers. With `synchronous = full`, a commit waits until the log, including all earlier
   * commits, is written.
   */
  durably<T>(work: () => T): T {
    this.flush()
    return this.#explainErrors(() => {
      this.db.pragma('synchronous = full')
      try {
        return this.db.transaction(work).immediate()
      } finally {
        this.db.pragma('synchronous = normal')
      }
    })
  }

  /**
   * Runs `work` as a transaction that is committed together with others within 250 ms, so that a busy backup writes each
   * index page once and not once for each conversation. A crash loses at most these 250 ms. `flush` commits at once.
   *
   * @param work may run again, so it must change nothing but the archive
   * @param onRollback called with the result if the commit fails later
   * @param recall called before `work` runs again, to read back what it has stored and does not keep
   */
  soon<T>(work: () => T, onRollback?: (result: T) => void, recall?: () => void): T {
    return this.#explainErrors(() => this.#batch.add(work, onRollback, recall))
  }

  /** Commits the work of `soon`. */
  flush(): void {
    this.#explainErrors(() => this.#batch.commit())
  }

  /**
   * Runs `work` on the current state of the archive, whatever another process stores meanwhile. Since it reads everything
   * once, it caches few pages: this saves 14 MB of memory and costs no time.
   */
  async snapshot<T>(work: () => Promise<T>): Promise<T> {
    this.db.pragma('cache_size = -2000')
    this.db.exec('begin')
    try {
      return await work()
    } finally {
      this.db.exec('commit')
    }
  }

  /** Deletes conversations (`erasure.known`) and what only they hold, as one durable transaction. Then call `rewrite`. */
  forget(ids: readonly string[], at: string): Erased {
    // For each deleted entry, SQLite would read all links to see that none refers to it.
    this.db.pragma('foreign_keys = off')
    try {
      return this.durably(() => this.erasure.erase(ids, at))
    } finally {
      this.db.pragma('foreign_keys = on')
    }
  }

  /**
   * Rewrites the file, so that no page has anything left of what was deleted. This takes the space of two copies: SQLite makes
   * one in TMPDIR (or /var/tmp), and then writes the pages by way of its log. Overwriting rows while they are deleted
   * (`secure_delete`) would not do: pages that were split or merged before still have parts of them.
   *
   * @returns false if another process is reading the archive, so that the file still has the old pages
   */
  rewrite(): boolean {
    this.flush()
    this.#explainErrors(() => this.db.vacuum())
    this.checkpoint()
    return this.isInOneFile
  }

  /** A table for the rows of a listing. Only one can exist at a time. */
  seenRows(): SeenRows {
    return new SeenRows(this.db)
  }

  /** A number that changes whenever another connection changes the archive. */
  get dataVersion(): number {
    return this.#explainErrors(() => this.db.pragma('data_version', { simple: true })) as number
  }

  /** Numbers of conversations, conversations marked gone, entries in their newest revisions, and revisions. */
  counts(): ArchiveCounts {
    const sql = `select count(*) as conversations, count(gone_at) as gone,
      (select coalesce(sum(length), 0) from conversation join revision on revision.id = conversation.revision)
        as entries,
      (select count(*) from revision) as revisions from conversation`
    return this.db.get(sql) as ArchiveCounts
  }

  /**
   * Writes the log into the file and waits for the disk, so that a copy of the file is a copy of the archive. Another
   * process that reads the archive can prevent this: see `isInOneFile`.
   */
  checkpoint(): void {
    this.flush()
    const state = this.#explainErrors(() => this.db.pragma('wal_checkpoint(truncate)'))
    const [{ log, checkpointed }] = state as [{ log: number; checkpointed: number }]
    this.#isInOneFile = log === checkpointed
  }

  /** Whether the last checkpoint wrote the whole log into the file. */
  get isInOneFile(): boolean {
    return this.#isInOneFile
  }

  close(): void {
    try {
      this.flush()
    } finally {
      this.db.close()
    }
  }

  #explainErrors<T>(work: () => T): T {
    try {
      return work()
    } catch (thrown) {
      throw explainSqlite(thrown, this.path)
    }
  }
}
