import { plural } from '../../model/plural.ts'
import { SearchIndex } from '../content/search-index.ts'
import { lockArchive } from '../sqlite/archive-lock.ts'
import { explainSqlite, openSqlite, type Sqlite } from '../sqlite/sqlite.ts'
import type { CheckName } from './check-hints.ts'
import { checks } from './checks/all-checks.ts'
import type { Problem } from './checks/check.ts'
import { openToExamine } from './open-to-examine.ts'
import { findProblems } from './verify-archive.ts'

/** Something that was repaired. */
export interface Repair {
  readonly check: CheckName
  readonly what: string
}

const contentChecks: readonly CheckName[] = ['entries', 'links', 'revisions', 'conversations', 'files']

/**
 * Repairs what can be derived from data that is proven to be right, and nothing else; content is never deleted. Indexes are
 * rebuilt only if the content is sound: until then they may contain what their table has lost.
 *
 * @param holder how to name this process to others, such as `pid 17 on host`
 * @throws HansardError `archive-locked` or `file`
 */
export function repairArchive(path: string, holder: string): readonly Repair[] {
  const opened = openToExamine(path)
  opened.db?.close()
  if (opened.db === undefined || opened.isEmpty) return []
  const lock = lockArchive(path, holder)
  try {
    const db = openSqlite(path, 'write')
    try {
      const repairs = repairAll(db, findRepairs(db, path))
      const filled = fillSearchIndex(db)
      db.pragma('wal_checkpoint(truncate)')
      return [...repairs, ...filled]
    } catch (thrown) {
      throw explainSqlite(thrown, path)
    } finally {
      db.close()
    }
  } finally {
    lock.release()
  }
}

type Repairable = Problem & { readonly check: CheckName; readonly repair: (db: Sqlite) => void }

function findRepairs(db: Sqlite, path: string): Repairable[] {
  const repairable: Repairable[] = []
  let isContentSound = true
  for (const check of checks) {
    for (const problem of findProblems(check, { db, path })) {
      if (problem.repair !== undefined)
        repairable.push({ ...problem, check: check.name, repair: problem.repair })
      else if (contentChecks.includes(check.name)) isContentSound = false
    }
  }
  return repairable.filter(({ isEvidence }) => isContentSound || isEvidence !== true)
}

/**
 * Repairs rows first, then the indexes over them. Each repair is a transaction of its own, since one that meets a damaged
 * page is rolled back as a whole.
 */
function repairAll(db: Sqlite, repairable: readonly Repairable[]): Repair[] {
  const isIndex = ({ isEvidence }: Repairable) => isEvidence === true
  const inOrder = [...repairable.filter((each) => !isIndex(each)), ...repairable.filter(isIndex)]
  const isRepaired = new Map<Repairable['repair'], boolean>()
  db.pragma('synchronous = normal')
  for (const { repair } of inOrder) if (!isRepaired.has(repair)) isRepaired.set(repair, attempt(db, repair))
  return inOrder.filter(({ repair }) => isRepaired.get(repair)).map(({ check, what }) => ({ check, what }))
}

/** Indexes what was cleared above, and what no backup has indexed yet. */
function fillSearchIndex(db: Sqlite): Repair[] {
  try {
    const index = new SearchIndex(db)
    const { waiting } = index.state()
    const unindexed = index.unindexed.count()
    if (unindexed > 0) db.transaction(() => index.retryUnindexed({ all: true })).immediate()
    while (db.transaction(() => index.addSome()).immediate());
    const retried = unindexed - index.unindexed.count()
    return [
      ...(waiting > 0 ? [`indexed ${plural(waiting, 'conversation')}`] : []),
      ...(retried > 0 ? [`indexed ${plural(retried, 'text')} that could not be indexed before`] : []),
    ].map((what) => ({ check: 'search', what }))
  } catch {
    return [] // the next verification reports what is missing
  }
}

function attempt(db: Sqlite, repair: Repairable['repair']): boolean {
  try {
    db.transaction(() => repair(db)).immediate()
    return true
  } catch {
    return false
  }
}
