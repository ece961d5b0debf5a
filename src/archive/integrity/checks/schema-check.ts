import type { Sqlite } from '../../sqlite/sqlite.ts'
import type { Check, Problem } from './check.ts'
import { definitions, expectedDefinitions, type Definition } from './definitions.ts'
import { emptySearch, isSearchTable } from './search-check.ts'

/** Compares tables, indexes and views with those of an archive made today; what others added is theirs. */
export const schema: Check = {
  name: 'schema',
  about: 'tables, indexes and views are as hansard made them',
  *find({ db }) {
    const found = new Map(definitions(db).map((each) => [`${each.type} ${each.name}`, each.sql]))
    for (const expected of expectedDefinitions()) {
      const sql = found.get(`${expected.type} ${expected.name}`)
      if (sql !== undefined && spaceless(sql) === spaceless(expected.sql)) continue
      yield problem(expected, sql === undefined ? 'is missing' : 'is not as hansard made it')
    }
  },
}

function problem(expected: Definition, what: string): Problem {
  const { type, name, sql } = expected
  const where = { table: name }
  if (isSearchTable(name))
    return { what: `the table ${what}`, where, isWarning: true, isEvidence: true, mend: emptySearch }
  if (type === 'table') return { what: `the table ${what}`, where }
  const mend = (db: Sqlite) => void db.exec(`drop ${type} if exists "${name}"; ${sql}`)
  return { what: `the ${type} ${what}`, where, isWarning: true, isEvidence: type === 'index', mend }
}

/** Versions of SQLite that add or drop a column may leave different white space. */
function spaceless(sql: string): string {
  return sql.replaceAll(/\s+/g, '')
}
