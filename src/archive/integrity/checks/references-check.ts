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
    const dangling = db.iterate(
      `select "table", rowid, parent from pragma_foreign_key_check where "table" <> 'link'`,
    )
    for (const { table, rowid, parent } of dangling as Iterable<Dangling>) {
      yield {
        what: `refers to a missing ${parent}`,
        where: { table, ...(rowid !== null && { row: rowid }) },
      }
    }
  },
}
