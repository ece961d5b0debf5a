import type { Check } from './check.ts'

interface LinkRow {
  readonly id: number
  readonly entry: number
  readonly previous: number
  readonly hasEntry: 0 | 1
  readonly hasPrevious: 0 | 1
}

const BROKEN = `
select link.id, link.entry, link.previous, entry.id is not null as hasEntry,
  link.previous = 0 or before.id is not null as hasPrevious
from link left join entry on entry.id = link.entry left join link before on before.id = link.previous
where entry.id is null or link.position <> ifnull(before.position + 1, 0) or link.previous >= link.id
  or (link.previous <> 0 and before.id is null)`

/** Finds links without an entry, or whose position does not follow that of the link before them. */
export const links: Check = {
  name: 'links',
  about: 'every link has its entry and the link before it',
  *find({ db }) {
    for (const link of db.iterate<LinkRow>(BROKEN)) {
      yield { what: describe(link), where: { table: 'link', row: link.id } }
    }
  },
}

function describe({ entry, previous, hasEntry, hasPrevious }: LinkRow): string {
  if (hasEntry === 0) return `entry ${entry} is missing`
  return hasPrevious === 0
    ? `link ${previous} before it is missing`
    : 'its position does not follow the link before it'
}
