import { DEPENDENCY_REASON } from '../content/dependencies.ts'
import { TEXT_REASON } from '../content/unindexed-texts.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'
import { IS_ALERT } from './events.ts'
import { FAILURE_REASON } from './failures.ts'

/** Something that needs a person, until a run resolves it or a person acknowledges it. */
export interface OpenProblem {
  /** Its kind, which `hansard ack --reason` takes: `history/timeout`, `file/not-fetched`, `history-altered`. */
  readonly reason: string
  /** What is counted. An alert concerns a conversation, which may have several. */
  readonly subject: 'conversation' | 'agent' | 'file' | 'text' | 'alert'
  /** The id of the agent or file, otherwise of the conversation; null if nothing contains it any more. */
  readonly id: string | null
  readonly detail: string
  readonly isAcknowledged: boolean
}

/** All problems that have the same reason and are not acknowledged. */
export interface ProblemGroup extends Pick<OpenProblem, 'reason' | 'subject'> {
  readonly count: number
  /** Up to three of them, oldest first. */
  readonly examples: readonly OpenProblem[]
}

/** Which problems to read. */
export interface ProblemFilter {
  /** Also alerts, which do not make a run partial. Default: false. */
  readonly withAlerts?: boolean
}

/**
 * Everything that needs a person, from all the tables that record it: failures of conversations, agents and files that
 * could not be fetched, texts that could not be indexed, and alerts.
 */
export class OpenProblems extends DatabaseAccess {
  /** Counts the problems by their reasons, most frequent first. SQLite counts, so memory does not grow with them. */
  groups({ withAlerts = false }: ProblemFilter = {}): ProblemGroup[] {
    const sql = `with ${PROBLEM}, numbered as (
        select *, count(*) over (partition by reason) as count,
          row_number() over (partition by reason order by number) as place
        from problem where not isAcknowledged and (not isAlert or :withAlerts)
      )
      select * from numbered where place <= 3 order by count desc, reason, place`
    const groups = new Map<string, ProblemGroup & { readonly examples: OpenProblem[] }>()
    for (const row of this.db.all<Row & { count: number }>(sql, { withAlerts: Number(withAlerts) })) {
      const { reason, subject, count } = row
      const group = groups.get(reason) ?? { reason, subject, count, examples: [] }
      group.examples.push(toProblem(row))
      groups.set(reason, group)
    }
    return [...groups.values()]
  }

  /** Reads every problem, by reason, oldest first; acknowledged ones too. */
  *each({ withAlerts = false }: ProblemFilter = {}): Generator<OpenProblem, void, undefined> {
    const sql = `with ${PROBLEM} select * from problem where not isAlert or :withAlerts
      order by isAcknowledged, reason, number`
    for (const row of this.db.iterate<Row>(sql, { withAlerts: Number(withAlerts) })) yield toProblem(row)
  }

  /** Number of problems that a person has acknowledged and that are still there. */
  countAcknowledged(): number {
    return Number(this.db.pluck.get(`with ${PROBLEM} select count(*) from problem where isAcknowledged`))
  }
}

type Row = Omit<OpenProblem, 'isAcknowledged'> & { readonly isAcknowledged: 0 | 1 }

const PROBLEM = `problem (reason, subject, id, detail, isAcknowledged, isAlert, number) as (
  select ${FAILURE_REASON}, 'conversation', conversation, message, acknowledged_at is not null, 0, id
  from failure where resolved_at is null
  union all
  select ${DEPENDENCY_REASON}, kind, id || iif(version = '', '', ' version ' || version), reason, 0, 0, at
  from dependency where state = 'failed'
  union all
  select '${TEXT_REASON}', 'text',
    (select min(conversation.id) from holding join conversation on conversation.key = holding.conversation
      where holding.document = unindexed.document),
    iif(document > 0, 'an entry: ', 'its name and description: ') || reason,
    acknowledged_at is not null, 0, document
  from unindexed
  union all
  select kind, 'alert', conversation, detail, 0, 1, id from event where ${IS_ALERT}
)`

function toProblem({ reason, subject, id, detail, isAcknowledged }: Row): OpenProblem {
  return { reason, subject, id, detail, isAcknowledged: isAcknowledged === 1 }
}
