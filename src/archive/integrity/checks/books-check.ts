import { plural } from '../../../model/plural.ts'
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

/** Runs that were interrupted or failed are left out: they may have stored more than they counted. */
const ENDED = `
select id, complete, listed, new + updated + unchanged + failed + vanished as sum, new + updated as stored, failed,
  ifnull(counted.revisions, 0) + forgotten as revisions
from run left join (select run, count(*) as revisions from revision group by run) counted on counted.run = run.id
where command = 'backup' and outcome in ('done', 'partial')`

/** Compares the counts of finished runs with each other and with the stored revisions. */
export const books: Check = {
  name: 'books',
  about: 'the counts of every finished run add up and match the stored revisions',
  *find({ db }) {
    for (const run of db.iterate<RunRow>(ENDED)) {
      const where = { table: 'run', row: run.id }
      if (run.complete === 1 && run.listed !== run.sum) {
        yield {
          what: `listed ${plural(run.listed, 'conversation')}, but its counts add up to ${run.sum}`,
          where,
        }
      }
      // Those that were forgotten since count, too. Some of those that failed were stored, for example when only their
      // messages could not be read.
      if (run.revisions < run.stored || run.revisions > run.stored + run.failed) {
        yield { what: `stored ${plural(run.stored, 'revision')}, but ${run.revisions} exist`, where }
      }
    }
  },
}
