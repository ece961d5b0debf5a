import { Histories } from '../content/histories.ts'
import { SearchIndex } from '../content/search-index.ts'
import { lockArchive } from '../sqlite/archive-lock.ts'
import { explainSqlite, openSqlite, type Sqlite } from '../sqlite/sqlite.ts'
import { checks } from './checks/all-checks.ts'
import type { CheckName, Problem } from './checks/check.ts'
import { openToExamine } from './open-to-examine.ts'
import { problemsOf } from './verify-archive.ts'

/** Something that was put right. */
export interface Repair {
  readonly check: CheckName
  readonly what: string
}

const content: readonly CheckName[] = ['entries', 'links', 'revisions', 'conversations', 'files']

/**
 * Rebuilds whatever can be derived from what is proven to be right, and nothing else; no content is deleted. Indexes are
 * made anew only when the content is sound: until then they may hold what their table has lost.
 *
 * @param holder how to name this process to others, such as `pid 17 on host`
 * @throws HansardError `archive-locked`, `file`
 */
export function repairArchive(path: string, holder: string): readonly Repair[] {
  const opened = openToExamine(path)
  opened.db?.close()
  if (opened.db === undefined || opened.isEmpty) return []
  const lock = lockArchive(path, holder)
  try {
    const db = openSqlite(path, 'write')
    try {
      const repairs = mendAll(db, collect(db, path))
      const filled = fillSearch(db)
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

type Mendable = Problem & { readonly check: CheckName; readonly mend: (db: Sqlite) => void }

function collect(db: Sqlite, path: string): Mendable[] {
  const mendable: Mendable[] = []
  let isContentSound = true
  for (const check of checks) {
    for (const problem of problemsOf(check, { db, path })) {
      if (problem.mend !== undefined) mendable.push({ ...problem, check: check.name, mend: problem.mend })
      else if (content.includes(check.name)) isContentSound = false
    }
  }
  return mendable.filter(({ isEvidence }) => isContentSound || isEvidence !== true)
}

/**
 * Rows first, then the indexes over them. Each repair is committed on its own: one that meets a damaged page takes its
 * whole transaction back. What it meant to put right stays as it was.
 */
function mendAll(db: Sqlite, mendable: readonly Mendable[]): Repair[] {
  const isIndex = ({ isEvidence }: Mendable) => isEvidence === true
  const inOrder = [...mendable.filter((each) => !isIndex(each)), ...mendable.filter(isIndex)]
  const isMended = new Map<Mendable['mend'], boolean>()
  db.pragma('synchronous = normal')
  for (const { mend } of inOrder) if (!isMended.has(mend)) isMended.set(mend, attempt(db, mend))
  return inOrder.filter(({ mend }) => isMended.get(mend)).map(({ check, what }) => ({ check, what }))
}

/** What was emptied above, and what no backup has indexed yet. */
function fillSearch(db: Sqlite): Repair[] {
  try {
    const index = new SearchIndex(db, new Histories(db))
    const { waiting } = index.state()
    const unindexed = index.unindexed.count()
    if (unindexed > 0) db.transaction(() => index.retryUnindexed({ all: true })).immediate()
    while (db.transaction(() => index.addSome()).immediate());
    const mended = unindexed - index.unindexed.count()
    return [
      ...(waiting === 0
        ? []
        : [`${waiting} ${waiting === 1 ? 'conversation was' : 'conversations were'} put into the index`]),
      ...(mended <= 0
        ? []
        : [`${mended} ${mended === 1 ? 'text' : 'texts'} that could not be indexed before`]),
    ].map((what) => ({ check: 'search', what }))
  } catch {
    return [] // the check that follows says what is missing
  }
}

function attempt(db: Sqlite, mend: Mendable['mend']): boolean {
  try {
    db.transaction(() => mend(db)).immediate()
    return true
  } catch {
    return false
  }
}
