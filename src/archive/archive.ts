import { existsSync, statSync } from 'node:fs'

import { HansardError } from '../errors.ts'
import { Conversations } from './content/conversations.ts'
import { Dependencies } from './content/dependencies.ts'
import { Histories } from './content/histories.ts'
import { SearchIndex } from './content/search-index.ts'
import { Search } from './content/search.ts'
import { SeenRows } from './content/seen-rows.ts'
import { AccountKeys } from './journal/account-keys.ts'
import { Events } from './journal/events.ts'
import { Failures } from './journal/failures.ts'
import { Runs } from './journal/runs.ts'
import { UnknownShapes } from './journal/unknown-shapes.ts'
import { ReplayCandidates } from './ledger/replay-candidates.ts'
import { ReplayCopies } from './ledger/replay-copies.ts'
import { ReplayRequests } from './ledger/replay-requests.ts'
import { ReplayRuns } from './ledger/replay-runs.ts'
import { ReplayTargets } from './ledger/replay-targets.ts'
import { createSchema, isEmptyDatabase } from './schema/create-schema.ts'
import { Batch } from './sqlite/batch.ts'
import { noteName, refuseOtherName } from './sqlite/file-names.ts'
import { explainSqlite, openSqlite, type Sqlite } from './sqlite/sqlite.ts'

/** How to open an archive. */
export interface OpenOptions {
  /** `read` leaves the file as it is; `write` wants it to exist; `create` makes it if it doesn't. Default: `read`. */
  readonly mode?: 'read' | 'write' | 'create'
}

/**
 * Opens the archive in a file.
 *
 * @throws HansardError `not-an-archive`, `archive-newer`, `archive-older`, `archive-damaged`, or `file` when it can't be
 *   opened
 */
export function openArchive(path: string, { mode = 'read' }: OpenOptions = {}): Archive {
  if (mode !== 'create') refuseMissing(path)
  refuseNoFile(path)
  if (mode === 'read' && statSync(path).size === 0) {
    throw new HansardError('not-an-archive', `${path} is empty`, {
      hint: 'Fill it with `hansard backup`, or name another file with --archive.',
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
 * Refuses to look for an archive where there is no file.
 *
 * @throws HansardError `file`
 */
export function refuseMissing(path: string): void {
  if (existsSync(path)) return
  throw new HansardError('file', `There is no archive at ${path}`, {
    hint: 'Make one with `hansard backup`, or name another file with --archive.',
  })
}

/**
 * Refuses a pipe, a device or a socket: it is no file that could hold an archive, or be filled with one. A folder is
 * told by SQLite.
 *
 * @throws HansardError `not-an-archive`
 */
export function refuseNoFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined || found.isFile() || found.isDirectory()) return
  throw new HansardError('not-an-archive', `${path} is not a file, but a pipe, a device or a socket`, {
    hint: 'Name a file with --archive.',
  })
}

/** An entry of 1 KB wastes a quarter of the default page of 4 KiB; of this one an eighth. */
const PAGE_BYTES = 8192

/** 64 MiB of log before it is written back: at the default of 1,000 pages a first backup took nearly twice as long. */
const WAL_PAGES = 8192

/** An empty archive in memory, for asking what a first backup would do. */
export function emptyArchive(path = ':memory:'): Archive {
  const db = openSqlite(':memory:', 'write')
  createSchema(db)
  return new Archive(db, path)
}

/**
 * WAL lets readers look in while a backup writes. `synchronous = normal` may lose the last transactions to a power
 * failure, never tear one: what is lost is a conversation that the next run finds new, and a run that says it is done
 * has gone through a checkpoint, which does wait for the disk.
 */
function prepareForWriting(db: Sqlite, path: string): void {
  const isEmpty = isEmptyDatabase(db, path)
  if (!isEmpty) refuseOtherName(db, path)
  db.pragma(`page_size = ${PAGE_BYTES}`)
  db.pragma('journal_mode = wal')
  db.pragma('synchronous = normal')
  db.pragma(`wal_autocheckpoint = ${WAL_PAGES}`)
  db.pragma('foreign_keys = on')
  if (isEmpty) createSchema(db)
  noteName(db, path)
}

/** An open archive: each part has its own tables. */
export class Archive {
  readonly path: string
  readonly conversations: Conversations
  readonly histories: Histories
  readonly search: Search
  readonly searchIndex: SearchIndex
  readonly runs: Runs
  readonly failures: Failures
  readonly events: Events
  readonly dependencies: Dependencies
  readonly unknownShapes: UnknownShapes
  readonly accountKeys: AccountKeys
  readonly replayTargets: ReplayTargets
  readonly replayCandidates: ReplayCandidates
  readonly replayCopies: ReplayCopies
  readonly replayRequests: ReplayRequests
  readonly replayRuns: ReplayRuns
  readonly #db: Sqlite
  readonly #batch: Batch
  #isInOneFile = true

  constructor(db: Sqlite, path: string) {
    this.#db = db
    this.#batch = new Batch(db)
    this.path = path
    this.histories = new Histories(db)
    this.searchIndex = new SearchIndex(db, this.histories)
    this.search = new Search(db, this.searchIndex)
    this.conversations = new Conversations(db, this.histories, this.searchIndex)
    this.runs = new Runs(db)
    this.failures = new Failures(db)
    this.events = new Events(db)
    this.dependencies = new Dependencies(db)
    this.unknownShapes = new UnknownShapes(db)
    this.accountKeys = new AccountKeys(db)
    this.replayTargets = new ReplayTargets(db)
    this.replayCandidates = new ReplayCandidates(db)
    this.replayCopies = new ReplayCopies(db)
    this.replayRequests = new ReplayRequests(db)
    this.replayRuns = new ReplayRuns(db)
  }

  /** Does `work` as a whole or not at all. */
  transaction<T>(work: () => T): T {
    this.flush()
    return this.#explained(() => this.#db.transaction(work).immediate())
  }

  /**
   * Does `work` as a whole, and answers only when it is on the disk for good, whatever becomes of this machine: an intent
   * that a power failure takes away would be a request that nobody remembers. In WAL, `synchronous = full` waits for the
   * log at each commit, and so for all that was committed before.
   */
  durably<T>(work: () => T): T {
    this.flush()
    return this.#explained(() => {
      this.#db.pragma('synchronous = full')
      try {
        return this.#db.transaction(work).immediate()
      } finally {
        this.#db.pragma('synchronous = normal')
      }
    })
  }

  /**
   * Does `work` as a whole or not at all, and commits it together with what else is done in the same moment: a busy
   * backup so writes each page of an index once instead of once a conversation. What a crash may take away is no more
   * than that moment's work, and `flush` ends it.
   *
   * @param takeBack told the result when the moment's work could not be committed after all
   */
  soon<T>(work: () => T, takeBack?: (result: T) => void): T {
    return this.#explained(() => this.#batch.add(work, takeBack))
  }

  /** Commits what was done `soon`. */
  flush(): void {
    this.#explained(() => this.#batch.commit())
  }

  /**
   * Does `work` on the archive as it is now, whatever another process stores meanwhile. It reads what there is once: pages
   * are hardly kept, which takes nothing from its speed and 14 MB from its memory.
   */
  async snapshot<T>(work: () => Promise<T>): Promise<T> {
    this.#db.pragma('cache_size = -2000')
    this.#db.exec('begin')
    try {
      return await work()
    } finally {
      this.#db.exec('commit')
    }
  }

  /** A place to note the rows of a listing in; one at a time. */
  seenRows(): SeenRows {
    return new SeenRows(this.#db)
  }

  /** How much of everything it holds. */
  counts(): { conversations: number; gone: number; entries: number; revisions: number } {
    return this.#db
      .prepare(
        `select count(*) as conversations, count(gone_at) as gone, (select count(*) from entry) as entries,
          (select count(*) from revision) as revisions from conversation`,
      )
      .get() as { conversations: number; gone: number; entries: number; revisions: number }
  }

  /**
   * Writes all into the one file and waits for the disk, so that a copy of that file is a copy of the archive. Another
   * process that reads the archive can keep it from that: `isInOneFile` tells.
   */
  checkpoint(): void {
    this.flush()
    const state = this.#explained(() => this.#db.pragma('wal_checkpoint(truncate)'))
    const [{ log, checkpointed }] = state as [{ log: number; checkpointed: number }]
    this.#isInOneFile = log === checkpointed
  }

  /** Whether the last checkpoint could write all into the one file. */
  get isInOneFile(): boolean {
    return this.#isInOneFile
  }

  close(): void {
    try {
      this.flush()
    } finally {
      this.#db.close()
    }
  }

  #explained<T>(work: () => T): T {
    try {
      return work()
    } catch (thrown) {
      throw explainSqlite(thrown, this.path)
    }
  }
}
