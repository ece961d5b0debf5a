import type { Check } from './check.ts'

interface RunRow {
  readonly id: number
  readonly complete: 0 | 1 | null
  readonly listed: number
  readonly sum: number
  readonly stored: number
  readonly revisions: number
}

const ENDED = `
select id, complete, listed, new + updated + unchanged + failed + vanished as sum, new + updated as stored,
  ifnull(counted.revisions, 0) as revisions
from run left join (select run, count(*) as revisions from revision group by run) counted on counted.run = run.id
where command = 'backup' and ended_at is not null`

/** Audits the books of the runs that came to an end. */
export const books: Check = {
  name: 'books',
  about: 'the books of every run balance, and tell of as many revisions as it stored',
  *find({ db }) {
    for (const run of db.prepare(ENDED).iterate() as Iterable<RunRow>) {
      const where = { table: 'run', row: run.id }
      if (run.complete === 1 && run.listed !== run.sum) {
        yield { what: `it listed ${run.listed} conversations and accounts for ${run.sum}`, where }
      }
      if (run.stored !== run.revisions) {
        yield { what: `it stored ${run.stored} revisions, and ${run.revisions} are there`, where }
      }
    }
  },
}
