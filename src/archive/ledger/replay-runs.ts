import type { Sqlite, Statement } from '../sqlite/sqlite.ts'

/** A run that has begun. */
export interface BegunReplayRun {
  readonly id: number
  /** Shows, with every intent, that no other run has begun since. */
  readonly turn: number
  /** What it spent before it was killed, where it goes on with the account of such a run. */
  readonly carried: { readonly tokensIn: number; readonly tokensOut: number; readonly requests: number }
}

/** The executions of `replay run`, and which of them may send. */
export class ReplayRuns {
  readonly #lastTurn: Statement
  readonly #killed: Statement
  readonly #add: Statement
  readonly #goOn: Statement
  readonly #setRequests: Statement
  readonly #end: Statement

  constructor(db: Sqlite) {
    this.#lastTurn = db.prepare('select coalesce(max(turn), 0) from replay_run').pluck()
    this.#killed = db.prepare(`
      select replay_run.id, requests, coalesce(sum(counted_in), 0) as tokensIn,
        coalesce(sum(counted_out), 0) as tokensOut
      from replay_run left join replay_request on run = replay_run.id
      where target = ? and replay_run.ended_at is null
      group by replay_run.id order by replay_run.id desc limit 1`)
    this.#add = db.prepare('insert into replay_run (target, turn, begun_at) values (?, ?, ?)')
    this.#goOn = db.prepare('update replay_run set turn = ? where id = ?')
    this.#setRequests = db.prepare('update replay_run set requests = ? where id = ?')
    this.#end = db.prepare('update replay_run set ended_at = ? where id = ?')
  }

  /** Begins a run, or goes on with the account of one that was killed; from now on it alone may send. */
  begin(target: number, at: string): BegunReplayRun {
    const turn = (this.#lastTurn.get() as number) + 1
    const killed = this.#killed.get(target) as (BegunReplayRun['carried'] & { id: number }) | undefined
    if (killed !== undefined) {
      const { id, ...carried } = killed
      this.#goOn.run(turn, id)
      return { id, turn, carried }
    }
    const id = Number(this.#add.run(target, turn, at).lastInsertRowid)
    return { id, turn, carried: { tokensIn: 0, tokensOut: 0, requests: 0 } }
  }

  /** Tells whether no other run has begun since. */
  isLast(turn: number): boolean {
    return this.#lastTurn.get() === turn
  }

  /** Notes how many requests a run has sent so far. */
  setRequests(id: number, requests: number): void {
    this.#setRequests.run(requests, id)
  }

  end(id: number, at: string): void {
    this.#end.run(at, id)
  }
}
