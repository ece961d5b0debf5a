import type { Sqlite } from '../sqlite/sqlite.ts'

/** What a text names: the number of ids that it is the beginning of, and the first of them. */
export interface IdMatch {
  readonly count: number
  readonly ids: readonly string[]
}

/** Characters after `conv_` that name an id. An empty variable in a script must not name the only conversation. */
const LEAST_CHARACTERS = 4

/** What an id may begin with; it may be left out. */
const TYPES = ['conv_', 'ag_']

const EXAMPLES = 3

const NONE: IdMatch = { count: 0, ids: [] }

/**
 * Finds the ids that a text names: the one that equals it, or else all that begin with it, where `conv_` and `ag_` may be
 * left out. Reads a range of an index, not the whole table.
 *
 * @param source a table or a subquery with a column `id`
 */
export function matchIds(db: Sqlite, source: string, text: string): IdMatch {
  if (db.pluck.get(`select id from ${source} where id = ? limit 1`, text) !== undefined)
    return { count: 1, ids: [text] }
  const type = TYPES.find((each) => text.startsWith(each) || each.startsWith(text)) ?? ''
  if (text.length - type.length < LEAST_CHARACTERS) return NONE
  const prefixes = type === '' ? [text, ...TYPES.map((each) => each + text)] : [text]
  return prefixes.map((prefix) => idsWith(db, source, prefix)).find(({ count }) => count > 0) ?? NONE
}

/** No character sorts after the last one of Unicode. */
function idsWith(db: Sqlite, source: string, prefix: string): IdMatch {
  const range = `from ${source} where id >= :prefix and id < :prefix || char(0x10ffff)`
  const count = Number(db.pluck.get(`select count(distinct id) ${range}`, { prefix }))
  if (count === 0) return NONE
  const ids = db.pluck.all<string>(`select distinct id ${range} order by id limit ${EXAMPLES}`, { prefix })
  return { count, ids }
}
