import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check, Problem } from './check.ts'
import { expectedDefinitions, readDefinitions, type Definition } from './definitions.ts'
import { clearSearchIndex, isSearchTable } from './search-check.ts'

/** Compares tables, indexes and views with those of a new archive. Additional ones are ignored. */
export const schema: Check = {
  name: 'schema',
  about: 'tables, indexes and views are as hansard creates them',
  *find({ db }) {
    const found = new Map(readDefinitions(db).map((each) => [`${each.type} ${each.name}`, each.sql]))
    for (const expected of expectedDefinitions()) {
      const sql = found.get(`${expected.type} ${expected.name}`)
      if (sql !== undefined && withoutSpace(sql) === withoutSpace(expected.sql)) continue
      yield toProblem(expected, sql === undefined ? 'is missing' : 'differs from what hansard creates')
    }
  },
}

function toProblem(expected: Definition, what: string): Problem {
  const { type, name, sql } = expected
  const where = { table: name }
  if (isSearchTable(name))
    return { what: `the table ${what}`, where, isWarning: true, isEvidence: true, repair: clearSearchIndex }
  if (type === 'table') return { what: `the table ${what}`, where }
  const repair = (db: Sqlite) => void db.exec(`drop ${type} if exists "${name}"; ${sql}`)
  return { what: `the ${type} ${what}`, where, isWarning: true, isEvidence: type === 'index', repair }
}

/** White space is not significant. */
function withoutSpace(sql: string): string {
  return sql.replaceAll(/\s+/g, '')
}
