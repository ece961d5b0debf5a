import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check, Problem } from './check.ts'

/** Runs SQLite's own check of pages, the order of rows, indexes, types and constraints. */
export const pages: Check = {
  name: 'pages',
  about: 'SQLite finds its structures sound',
  *find({ db }) {
    const repairs = new Map<string, (db: Sqlite) => void>()
    const said = db.pluck.iterate<string>('pragma integrity_check')
    for (const what of said)
      if (what !== 'ok' && !concernsSearch(what)) yield toProblem(what.replaceAll('\n', ' '), repairs)
  },
}

/** The search index has a check of its own. */
function concernsSearch(what: string): boolean {
  return what.includes('FTS5 table')
}

/** An index can be rebuilt from its table. It gets one repair, however many problems name it. */
function toProblem(what: string, repairs: Map<string, (db: Sqlite) => void>): Problem {
  const [, index] = / index (\w+)$/.exec(what) ?? []
  if (index === undefined) return { what, where: {} }
  const repair = repairs.get(index) ?? ((db: Sqlite) => void db.exec(`reindex "${index}"`))
  repairs.set(index, repair)
  return { what, where: { table: index }, isEvidence: true, repair }
}
