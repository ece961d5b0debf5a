import type { Check } from './check.ts'

interface Dangling {
  readonly table: string
  readonly rowid: number | null
  readonly parent: string
}

/** Finds rows that refer to missing rows. Links have a check of their own. */
export const references: Check = {
  name: 'references',
  about: 'no row refers to a missing row',
  *find({ db }) {
    const sql = `select "table", rowid, parent from pragma_foreign_key_check where "table" <> 'link'`
    const dangling = db.iterate<Dangling>(sql)
    for (const { table, rowid, parent } of dangling) {
      const where = { table, ...(rowid !== null && { row: rowid }) }
      yield { what: `refers to a missing ${parent}`, where }
    }
  },
}
