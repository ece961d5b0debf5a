import { redactText } from '../../model/secrets/redact-text.ts'
import type { Sqlite, Statement } from '../sqlite/sqlite.ts'

/** Something that a person should know of, and that is no failure. */
export interface ArchiveEvent {
  readonly kind: 'messages-differ' | 'account-adopted' | 'history-altered' | 'gone' | 'revived' | 'vanished'
  readonly conversation?: string | undefined
  readonly detail: string
}

/** An event as it stands in the archive. */
export interface StoredEvent extends ArchiveEvent {
  readonly run: number
  readonly at: string
}

/** Events that say something is wrong upstream, shown until somebody acknowledges them. */
const alerts = ['history-altered', 'messages-differ'] as const

/** What happened that a person should know of. */
export class Events {
  readonly #add: Statement
  readonly #counts: Statement
  readonly #alerts: Statement
  readonly #acknowledge: Statement
  readonly #first: Statement

  constructor(db: Sqlite) {
    const isAlert = `kind in (${alerts.map((kind) => `'${kind}'`).join(', ')}) and acknowledged_at is null`
    this.#add = db.prepare('insert into event (run, at, kind, conversation, detail) values (?, ?, ?, ?, ?)')
    this.#counts = db.prepare('select kind, count(*) as count from event group by kind order by kind')
    this.#alerts = db.prepare(
      `select run, at, kind, conversation, detail from event where ${isAlert} order by id`,
    )
    this.#first = db.prepare('select min(run) from event where kind = ? and conversation = ?').pluck()
    this.#acknowledge = db.prepare(
      `update event set acknowledged_at = ? where conversation = ? and ${isAlert}`,
    )
  }

  add(event: ArchiveEvent, run: number, at: string): void {
    this.#add.run(run, at, event.kind, event.conversation, redactText(event.detail))
  }

  /** The run in which this happened to a conversation first; undefined if it never did. */
  firstRun(kind: ArchiveEvent['kind'], conversation: string): number | undefined {
    return (this.#first.get(kind, conversation) as number | null) ?? undefined
  }

  /** How many of each kind. */
  counts(): { kind: string; count: number }[] {
    return this.#counts.all() as { kind: string; count: number }[]
  }

  /** The alerts that nobody has acknowledged, oldest first. */
  alerts(): StoredEvent[] {
    return this.#alerts.all() as StoredEvent[]
  }

  /** Acknowledges the alerts of a conversation; false when there are none. */
  acknowledge(conversation: string, at: string): boolean {
    return this.#acknowledge.run(at, conversation).changes > 0
  }
}
