import { DatabaseAccess } from '../sqlite/database-access.ts'
import { FAILURE_REASON } from './failures.ts'

/** The kinds of changes, in the order in which people read them. */
export const changeKinds = ['new', 'updated', 'gone', 'revived', 'altered', 'vanished', 'failed'] as const

/**
 * What happened to a conversation. `altered`: its history changed other than by growing. `vanished`: it was listed, and
 * deleted before it could be read. `failed`: it, or a part of it, could not be stored.
 */
export type ChangeKind = (typeof changeKinds)[number]

/** Consecutive runs: the ids of the first and the last. */
export interface RunRange {
  readonly first: number
  readonly last: number
}

/** A changed conversation. One conversation may have several changes. */
export interface Change {
  readonly change: ChangeKind
  /** Its id, or a generated name for a listed row without an id. */
  readonly id: string
  /** The last of the runs that found the change. */
  readonly run: number
  /** When (ISO 8601). */
  readonly at: string
  /** Number of entries after these runs; null if the archive does not have it. */
  readonly entries: number | null
  /** How many of them are more than before; negative if there were more before. Null unless it is new or updated. */
  readonly entriesAdded: number | null
  /** More about it, for people; null if there is no more to say. */
  readonly detail: string | null
}

/** The failures that runs met for the same reason. */
export interface FailureGroup {
  /** The step that failed, and how: `history/timeout`. */
  readonly reason: string
  readonly subject: 'conversation'
  readonly count: number
  /** Up to three of them, oldest first. */
  readonly examples: readonly { readonly id: string; readonly detail: string }[]
}

export type ChangeCounts = Readonly<Record<ChangeKind, number>>

/** The kinds that are stored as events. */
const eventKinds: Readonly<Partial<Record<ChangeKind, string>>> = {
  gone: 'gone',
  revived: 'revived',
  altered: 'history-altered',
  vanished: 'vanished',
}

/** What runs changed, derived from revisions, events and failures. */
export class Changes extends DatabaseAccess {
  /** Number of conversations with each change. */
  counts(range: RunRange): ChangeCounts {
    const counted = changeKinds.map((kind) => {
      const values = this.#values(kind, range)
      return [kind, this.db.pluck.get(`select count(*) from (${queriesOf(kind).ids})`, values)]
    })
    return Object.fromEntries(counted) as ChangeCounts
  }

  /** The conversations with a change, up to a limit, one at a time. */
  list(kind: ChangeKind, range: RunRange, limit = -1): IterableIterator<Change> {
    const sql = `with found as (${queriesOf(kind).ids} order by id limit :limit) ${queriesOf(kind).changes} order by found.id`
    return this.db.iterate(sql, { ...this.#values(kind, range), limit })
  }

  /** The failures that runs met, by reason, most frequent first. */
  failures(range: RunRange): FailureGroup[] {
    const sql = `with found as (${failures.ids}), numbered as (
        select ${FAILURE_REASON} as reason, conversation as id, message as detail,
          count(*) over (partition by step, code) as count,
          row_number() over (partition by step, code order by failure.id) as place
        from found join failure on failure.id = found.id
      )
      select reason, count, id, detail from numbered where place <= 3 order by count desc, reason, place`
    const groups = new Map<string, FailureGroup & { readonly examples: object[] }>()
    for (const { reason, count, id, detail } of this.db.all<FailureRow>(sql, this.#values('failed', range))) {
      const group = groups.get(reason) ?? { reason, subject: 'conversation', count, examples: [] }
      group.examples.push({ id, detail })
      groups.set(reason, group)
    }
    return [...groups.values()]
  }

  #values(kind: ChangeKind, { first, last }: RunRange): Readonly<Record<string, unknown>> {
    const [known, newest] = [this.#lastKey(first - 1), this.#lastKey(last)]
    return { change: kind, event: eventKinds[kind], first, last, known, newest }
  }

  /** The key of the last conversation that was new in a run or before it: keys are given in order, and never again. */
  #lastKey(run: number): number {
    const sql = `select ifnull(max((select max(conversation) from revision where run = run.id)), 0)
      from run where id <= ?`
    return this.db.pluck.get(sql, run) as number
  }
}

type FailureRow = Omit<FailureGroup, 'examples' | 'subject'> & FailureGroup['examples'][number]

/** What is counted and limited, and what is read of it. */
interface ChangeQueries {
  readonly ids: string
  readonly changes: string
}

function queriesOf(kind: ChangeKind): ChangeQueries {
  switch (kind) {
    case 'new':
      return news
    case 'updated':
      return updates
    case 'failed':
      return failures
    default:
      return events
  }
}

/** The revision in which the runs left a conversation. */
const LEFT = '(select max(id) from revision where revision.conversation = conversation.key and run <= :last)'

const news: ChangeQueries = {
  ids: 'select distinct conversation as id from revision where conversation > :known and conversation <= :newest',
  changes: `select :change as change, conversation.id, run, stored_at as at, length as entries,
      length as entriesAdded, null as detail
    from found join conversation on key = found.id join revision on revision.id = ${LEFT}`,
}

const updates: ChangeQueries = {
  ids: `select distinct conversation as id from revision
    where run between :first and :last and conversation <= :known`,
  changes: `select :change as change, conversation.id, run, stored_at as at, length as entries,
      length - (select length from revision where conversation = key and run < :first order by id desc limit 1)
        as entriesAdded,
      null as detail
    from found join conversation on key = found.id join revision on revision.id = ${LEFT}`,
}

const events: ChangeQueries = {
  ids: `select max(id) as id from event where run between :first and :last and kind = :event group by conversation`,
  changes: `select :change as change, event.conversation as id, event.run, at, length as entries,
      null as entriesAdded, detail
    from found join event on event.id = found.id left join conversation on conversation.id = event.conversation
      left join revision on revision.id = ${LEFT}`,
}

/**
 * A failure is said to be met by every run from the first to the last that met it for the same reason. Its message is that
 * of the last one.
 */
const failures: ChangeQueries = {
  ids: `select max(id) as id from failure where last_run >= :first and first_run <= :last group by conversation`,
  changes: `select :change as change, failure.conversation as id, min(last_run, :last) as run,
      iif(last_run <= :last, last_at, (select ifnull(ended_at, started_at) from run where id = :last)) as at,
      length as entries, null as entriesAdded, step || ': ' || message as detail
    from found join failure on failure.id = found.id left join conversation on conversation.id = failure.conversation
      left join revision on revision.id = ${LEFT}`,
}
