import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check, Problem } from './check.ts'

/** Lets SQLite check its own structures: pages, the order of rows, indexes against tables, types and constraints. */
export const pages: Check = {
  name: 'pages',
  about: 'SQLite finds its structures whole',
  *find({ db }) {
    const mends = new Map<string, (db: Sqlite) => void>()
    const said = db.prepare('pragma integrity_check').pluck().iterate() as Iterable<string>
    for (const what of said)
      if (what !== 'ok' && !isOfSearch(what)) yield problem(what.replaceAll('\n', ' '), mends)
  },
}

/** The search index has a check of its own. */
function isOfSearch(what: string): boolean {
  return what.includes('FTS5 table')
}

/** An index can be made anew from its table; once, however often it is named. */
function problem(what: string, mends: Map<string, (db: Sqlite) => void>): Problem {
  const [, index] = / index (\w+)$/.exec(what) ?? []
  if (index === undefined) return { what, where: {} }
  const mend = mends.get(index) ?? ((db: Sqlite) => void db.exec(`reindex "${index}"`))
  mends.set(index, mend)
  return { what, where: { table: index }, isEvidence: true, mend }
}
