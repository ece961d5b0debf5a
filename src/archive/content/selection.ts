import { HansardError } from '../../errors.ts'
import { beginningOf, instantOf } from '../../model/instant.ts'
import { readableFields, stringIn } from '../../model/entries/fields.ts'
import { ftsOf, parseQuery } from '../../model/search/search-query.ts'
import type { Sqlite } from '../sqlite/sqlite.ts'

/** Which conversations a command works on: those that meet every condition given. */
export interface Selection {
  readonly ids?: readonly string[] | undefined
  /** Created at this moment or later. A conversation without a creation time is in no period. */
  readonly since?: string | undefined
  /** Created before this moment, so that neighbouring periods neither overlap nor leave a gap. */
  readonly until?: string | undefined
  readonly models?: readonly string[] | undefined
  readonly agents?: readonly string[] | undefined
  /** Metadata it carries: a text by its value, anything else by its JSON. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** Texts to look for, each as `parseQuery` reads it: words, "words in a row", begin*, -without. */
  readonly match?: readonly string[] | undefined
  /** So many at most, the oldest first. */
  readonly limit?: number | undefined
  /** Conversations too that are no longer upstream; otherwise they are in no selection. */
  readonly includeGone?: boolean | undefined
}

/** A selection in SQL: a condition on `conversation` joined with `revision`, and the values in it. */
export interface Condition {
  readonly where: string
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * Puts a selection into SQL, all of it but its limit.
 *
 * @throws HansardError `usage` where a time is none, or no word in what is to match
 */
export function conditionOf(selection: Selection): Condition {
  const { ids, since, until, models, agents, metadata, includeGone = false } = selection
  const values: Record<keyof typeof conditions, unknown> = {
    includeGone: includeGone ? undefined : 0,
    ids: ids && JSON.stringify(ids),
    since: since === undefined ? undefined : moment(since),
    until: until === undefined ? undefined : moment(until),
    models: models && JSON.stringify(models),
    agents: agents && JSON.stringify(agents),
    metadata: metadata && JSON.stringify(metadata),
  }
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  const where = given.map(([name]) => conditions[name as keyof typeof conditions])
  const words = (selection.match ?? []).flatMap(wordConditions)
  const found = words.map(({ isIn, fts }, i) => ({
    where: holds(isIn, `words${i}`),
    value: [`words${i}`, fts],
  }))
  return {
    where: ['true', ...where, ...found.map((each) => each.where)].join(' and '),
    values: Object.fromEntries([...given, ...found.map((each) => each.value)]),
  }
}

/** Each condition may be met by another entry: a person means the conversation. */
function wordConditions(text: string): { isIn: boolean; fts: string }[] {
  const { wanted, unwanted } = parseQuery(text)
  return [
    ...wanted.map((clause) => ({ isIn: true, fts: ftsOf(clause) })),
    ...unwanted.map((clause) => ({ isIn: false, fts: ftsOf(clause) })),
  ]
}

function holds(isIn: boolean, name: string): string {
  return `conversation.key ${isIn ? '' : 'not '}in (select holding.conversation
    from search cross join holding on holding.document = search.rowid where search match :${name})`
}

const conditions = {
  includeGone: '(gone_at is null or :includeGone)',
  ids: 'conversation.id in (select value from json_each(:ids))',
  since: 'instant(created_at) >= :since',
  until: 'instant(created_at) < :until',
  models: 'model in (select value from json_each(:models))',
  agents: 'agent_id in (select value from json_each(:agents))',
  metadata: 'has_metadata(row, :metadata)',
} as const

function moment(text: string): string {
  const instant = beginningOf(text)
  if (instant !== undefined) return instant
  throw new HansardError('usage', `${JSON.stringify(text)} is no time`, {
    hint: 'Write it as 2026, 2026-11, 2026-11-22 or 2026-11-22T08:00 (UTC), or with a zone: 2026-11-22T08:00+01:00.',
  })
}

/** Makes known to SQL what the conditions above need of ours; nothing that stays in the file refers to it. */
export function defineSelectionFunctions(db: Sqlite): void {
  db.function('instant', (text: string | null) => instantOf(text ?? '') ?? null)
  db.function('has_metadata', (row: string, wanted: string) => Number(hasMetadata(row, wanted)))
}

/** Reads the text rather than the parsed value, so that a number of thirty digits is compared with all of them. */
function hasMetadata(row: string, wanted: string): boolean {
  const found = readableFields(readableFields(row).get('metadata') ?? '{}')
  return Object.entries(JSON.parse(wanted) as Record<string, string>).every(
    ([key, value]) => (stringIn(found.get(key)) ?? found.get(key)) === value,
  )
}
