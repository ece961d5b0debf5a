import type { Check } from './check.ts'

interface Dangling {
  readonly table: string
  readonly rowid: number | null
  readonly parent: string
}

/** Finds rows that refer to rows that are not there; links have a check of their own. */
export const references: Check = {
  name: 'references',
  about: 'what rows refer to is there',
  *find({ db }) {
    const dangling = db.prepare(
      `select "table", rowid, parent from pragma_foreign_key_check where "table" <> 'link'`,
    )
    for (const { table, rowid, parent } of dangling.iterate() as Iterable<Dangling>) {
      yield {
        what: `it refers to a ${parent} that is not there`,
        where: { table, ...(rowid !== null && { row: rowid }) },
      }
    }
  },
}
