import { redactText } from '../../model/secrets/redact-text.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'

/** Something worth knowing that is not a failure. */
export interface ArchiveEvent {
  readonly kind: 'messages-differ' | 'account-adopted' | 'history-altered' | 'gone' | 'revived' | 'vanished'
  readonly conversation?: string | undefined
  readonly detail: string
}

/** An event in the archive. */
export interface StoredEvent extends ArchiveEvent {
  readonly run: number
  readonly at: string
}

/** SQL for alerts: events about something wrong upstream, which are shown until a person acknowledges them. */
export const IS_ALERT = `kind in ('history-altered', 'messages-differ') and acknowledged_at is null`

/** The events of all runs. */
export class Events extends DatabaseAccess {
  add({ kind, conversation, detail }: ArchiveEvent, run: number, at: string): void {
    this.insert('event', { run, at, kind, conversation, detail: redactText(detail) })
  }

  /** The first run with such an event for a conversation; undefined if there is none. */
  firstRun(kind: ArchiveEvent['kind'], conversation: string): number | undefined {
    const sql = 'select min(run) from event where kind = ? and conversation = ?'
    return (this.db.pluck.get(sql, kind, conversation) as number | null) ?? undefined
  }

  /** Whether any run has recorded such an event. */
  has(kind: ArchiveEvent['kind']): boolean {
    return this.db.pluck.get('select 1 from event where kind = ?', kind) !== undefined
  }

  /** Number of events of each kind. */
  counts(): { kind: string; count: number }[] {
    const sql = 'select kind, count(*) as count from event group by kind order by kind'
    return this.db.all(sql)
  }

  /** The alerts that nobody has acknowledged, oldest first. */
  alerts(): StoredEvent[] {
    const sql = `select run, at, kind, conversation, detail from event where ${IS_ALERT} order by id`
    return this.db.all(sql)
  }

  /** Acknowledges the alerts of a conversation; returns how many. */
  acknowledge(conversation: string, at: string): number {
    const sql = `update event set acknowledged_at = ? where conversation = ? and ${IS_ALERT}`
    return this.db.run(sql, at, conversation).changes
  }

  /** Acknowledges all alerts, or those of this kind; returns how many. */
  acknowledgeAll(at: string, kind?: string): number {
    const sql = `update event set acknowledged_at = :at where (:kind is null or kind = :kind) and ${IS_ALERT}`
    return this.db.run(sql, { at, kind: kind ?? null }).changes
  }
}
