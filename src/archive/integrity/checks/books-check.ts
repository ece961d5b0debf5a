import type { Check } from './check.ts'

interface RunRow {
  readonly id: number
  readonly complete: 0 | 1 | null
  readonly listed: number
  readonly sum: number
  readonly stored: number
  readonly failed: number
  readonly revisions: number
}

/** A run that was interrupted, or failed, may have stored what it came to no more to count. */
const ENDED = `
select id, complete, listed, new + updated + unchanged + failed + vanished as sum, new + updated as stored, failed,
  ifnull(counted.revisions, 0) as revisions
from run left join (select run, count(*) as revisions from revision group by run) counted on counted.run = run.id
where command = 'backup' and outcome in ('done', 'partial')`

/** Audits the books of the runs that did their work. */
export const books: Check = {
  name: 'books',
  about: 'the books of every run that did its work balance, and tell of the revisions that are there',
  *find({ db }) {
    for (const run of db.prepare(ENDED).iterate() as Iterable<RunRow>) {
      const where = { table: 'run', row: run.id }
      if (run.complete === 1 && run.listed !== run.sum) {
        yield { what: `it listed ${run.listed} conversations and accounts for ${run.sum}`, where }
      }
      // Of those that failed some were stored, such as one whose messages alone could not be read.
      if (run.revisions < run.stored || run.revisions > run.stored + run.failed) {
        yield { what: `it stored ${run.stored} revisions, and ${run.revisions} are there`, where }
      }
    }
  },
}
