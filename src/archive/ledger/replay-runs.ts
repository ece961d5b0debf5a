import { DatabaseAccess } from '../sqlite/database-access.ts'

/** A started run. */
export interface BegunReplayRun {
  readonly id: number
  /** Checked with every intent: no other run may have started since. */
  readonly turn: number
  /** What a killed run spent that this one continues. */
  readonly carried: { readonly tokensIn: number; readonly tokensOut: number; readonly requests: number }
}

/** The executions of `replay run`. Only the latest may send. */
export class ReplayRuns extends DatabaseAccess {
  /** Starts a run, or continues one that was killed. From now on only this run may send. */
  begin(target: number, at: string): BegunReplayRun {
    const turn = this.#lastTurn() + 1
    const sql = `select replay_run.id, requests, coalesce(sum(counted_in), 0) as tokensIn,
        coalesce(sum(counted_out), 0) as tokensOut
      from replay_run left join replay_request on run = replay_run.id
      where target = ? and replay_run.ended_at is null
      group by replay_run.id order by replay_run.id desc limit 1`
    const killed = this.db.get<BegunReplayRun['carried'] & { id: number }>(sql, target)
    if (killed !== undefined) {
      const { id, ...carried } = killed
      this.db.run('update replay_run set turn = ? where id = ?', turn, id)
      return { id, turn, carried }
    }
    const id = this.insert('replay_run', { target, turn, begun_at: at })
    return { id, turn, carried: { tokensIn: 0, tokensOut: 0, requests: 0 } }
  }

  /** Tells whether no other run has started since. */
  isLast(turn: number): boolean {
    return this.#lastTurn() === turn
  }

  #lastTurn(): number {
    return this.db.pluck.get('select coalesce(max(turn), 0) from replay_run') as number
  }

  /** Records how many requests a run has sent so far. */
  setRequests(id: number, requests: number): void {
    this.db.run('update replay_run set requests = ? where id = ?', requests, id)
  }

  end(id: number, at: string): void {
    this.db.run('update replay_run set ended_at = ? where id = ?', at, id)
  }
}
