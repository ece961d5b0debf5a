import type { Sqlite, Statement } from './sqlite.ts'

/** Something that a person should know of, and that is no failure. */
export interface ArchiveEvent {
  readonly kind: 'messages-differ' | 'account-adopted'
  readonly conversation?: string | undefined
  readonly detail: string
}

/** What happened that a person should know of. */
export class Events {
  readonly #add: Statement
  readonly #count: Statement

  constructor(db: Sqlite) {
    this.#add = db.prepare('insert into event (run, at, kind, conversation, detail) values (?, ?, ?, ?, ?)')
    this.#count = db.prepare('select kind, count(*) as count from event group by kind order by kind')
  }

  add(event: ArchiveEvent, run: number, at: string): void {
    this.#add.run(run, at, event.kind, event.conversation, event.detail)
  }

  /** How many of each kind. */
  counts(): { kind: string; count: number }[] {
    return this.#count.all() as { kind: string; count: number }[]
  }
}
