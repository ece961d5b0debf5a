import { HansardError } from '../../errors.ts'
import { readableFields, stringIn } from '../../model/entries/fields.ts'
import { parseDate, instantOf } from '../../model/instant.ts'
import { toFtsQuery, parseQuery } from '../../model/search/search-query.ts'
import type { Sqlite } from '../sqlite/sqlite.ts'

/** Which conversations a command works on: those that meet all conditions. */
export interface Selection {
  readonly ids?: readonly string[] | undefined
  /** Created at this time or later. A conversation without a creation time never matches. */
  readonly since?: string | undefined
  /** Created before this time (exclusive), so that adjacent periods neither overlap nor leave a gap. */
  readonly until?: string | undefined
  /** Last changed before this time. A conversation without a time never matches. */
  readonly changedBefore?: string | undefined
  readonly models?: readonly string[] | undefined
  readonly agents?: readonly string[] | undefined
  /** Metadata fields: a string is compared by its value, anything else by its JSON. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** Search queries, in the syntax of `parseQuery`: words, "a phrase", prefix*, -without. */
  readonly match?: readonly string[] | undefined
  /** Maximum number, oldest first. */
  readonly limit?: number | undefined
  /** Include conversations that are marked gone. */
  readonly includeGone?: boolean | undefined
  /** Only those that are marked gone, or whose history changed other than by growing. */
  readonly only?: 'gone' | 'altered' | undefined
}

/** A selection in SQL: a condition on `conversation` joined with `revision`, and its parameters. */
export interface Condition {
  readonly where: string
  readonly values: Readonly<Record<string, unknown>>
  /** Whether it refers to columns of `revision`; without them, a query can leave that table out. */
  readonly needsRevision: boolean
}

/**
 * Translates a selection, except its limit, into SQL.
 *
 * @throws HansardError `usage` if a time is not valid, or if a query has no word
 */
export function conditionOf(selection: Selection): Condition {
  const { ids, since, until, changedBefore, models, agents, metadata, only } = selection
  const { includeGone = only === 'gone' } = selection
  const values: Record<keyof typeof conditions, unknown> = {
    includeGone: includeGone ? undefined : 0,
    ids: ids && JSON.stringify(ids),
    since: since === undefined ? undefined : parseTime(since),
    until: until === undefined ? undefined : parseTime(until),
    changedBefore: changedBefore === undefined ? undefined : parseTime(changedBefore),
    models: models && JSON.stringify(models),
    agents: agents && JSON.stringify(agents),
    metadata: metadata && JSON.stringify(metadata),
    gone: only === 'gone' ? 1 : undefined,
    altered: only === 'altered' ? 'history-altered' : undefined,
  }
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  const where = given.map(([name]) => conditions[name as keyof typeof conditions])
  const words = (selection.match ?? []).flatMap(wordConditions)
  return {
    where: ['true', ...where, ...words.map(({ isIn }, i) => holds(isIn, `words${i}`))].join(' and '),
    values: Object.fromEntries([...given, ...words.map(({ fts }, i) => [`words${i}`, fts])]),
    needsRevision: given.some(([name]) => name !== 'includeGone' && name !== 'ids'),
  }
}

/** One condition for each term, so that different entries of a conversation may match them. */
function wordConditions(text: string): { isIn: boolean; fts: string }[] {
  const { wanted, unwanted } = parseQuery(text)
  return [
    ...wanted.map((clause) => ({ isIn: true, fts: toFtsQuery(clause) })),
    ...unwanted.map((clause) => ({ isIn: false, fts: toFtsQuery(clause) })),
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
  changedBefore: 'active_at < :changedBefore',
  models: 'model in (select value from json_each(:models))',
  agents: 'agent_id in (select value from json_each(:agents))',
  metadata: 'has_metadata(row, :metadata)',
  gone: '(gone_at is not null) = :gone',
  altered: 'conversation.id in (select conversation from event where kind = :altered)',
} as const

function parseTime(text: string): string {
  const instant = parseDate(text)
  if (instant !== undefined) return instant
  throw new HansardError('usage', `${JSON.stringify(text)} is not a valid time`, {
    hint: 'Write it as 2026, 2026-11, 2026-11-22 or 2026-11-22T08:00 (UTC), or with a zone: 2026-11-22T08:00+01:00.',
  })
}

/** Defines the SQL functions that conditions use. Nothing in the archive's schema refers to them. */
export function defineSelectionFunctions(db: Sqlite): void {
  db.function('instant', (text: string | null) => instantOf(text ?? '') ?? null)
  db.function('has_metadata', (row: string, wanted: string) => Number(hasMetadata(row, wanted)))
}

/** Compares texts, not parsed values, so that a number of 30 digits is compared exactly. */
function hasMetadata(row: string, wanted: string): boolean {
  const found = readableFields(readableFields(row).get('metadata') ?? '{}')
  return Object.entries(JSON.parse(wanted) as Record<string, string>).every(
    ([key, value]) => (stringIn(found.get(key)) ?? found.get(key)) === value,
  )
}
