import { DatabaseAccess } from '../sqlite/database-access.ts'

/**
 * The state of a copy. `pending`: not sent yet. `open`: sent, with an unknown outcome. `uncertain`: it cannot be determined
 * whether it arrived. `failed`: the target refused it or could not be reached. `stale`: the target has a copy of an earlier
 * revision. `diverged`: the target made a tool call that the archive has no result for. `undone`: deleted again.
 */
export type CopyState =
  'pending' | 'open' | 'done' | 'uncertain' | 'failed' | 'blocked' | 'stale' | 'diverged' | 'undone'

/** A copy that must arrive at a target exactly once. */
export interface NewCopy {
  readonly target: number
  readonly stamp: string
  /** The conversation's id at the source. */
  readonly conversation: string
  readonly revision: string
  readonly mode: string
  readonly label: string
  /** Its line of the plan, as JSON text. */
  readonly planned: string
}

/** A copy in the archive. */
export interface Copy extends NewCopy {
  readonly id: number
  readonly state: CopyState
  readonly reason: string | null
  /** Its id at the target; null if unknown. */
  readonly targetId: string | null
  readonly at: string
}

const COLUMNS = `id, target, stamp, conversation, revision, mode, label, state, reason, target_id as targetId, planned, at`

type CopyFacts = Readonly<Partial<Record<'reason' | 'targetId', string>>>

/** The copies: at most one for each stamp and target. */
export class ReplayCopies extends DatabaseAccess {
  byStamp(target: number, stamp: string): Copy | undefined {
    const sql = `select ${COLUMNS} from replay_copy where target = ? and stamp = ?`
    return this.db.get(sql, target, stamp)
  }

  /** The copies of a source, in all revisions, modes and labels. Their stamps start with the source and a full stop. */
  ofSource(target: number, source: string): Copy[] {
    const sql = `select ${COLUMNS} from replay_copy where target = ? and stamp >= ? and stamp < ? order by id`
    return this.db.all(sql, target, `${source}.`, `${source}/`) // "/" follows "." in ASCII
  }

  add(copy: NewCopy, state: CopyState, at: string): void {
    this.insert('replay_copy', { ...copy, state, at })
  }

  /** The ids of all copies of a conversation, at all targets; with `mayExist` those that the target may have. */
  ofConversation(conversation: string, { mayExist = false } = {}): number[] {
    const sql = `select id from replay_copy where conversation = :conversation and (not :mayExist
      or state in ('open', 'uncertain') or target_id is not null or exists (select 1 from replay_request
        where copy = replay_copy.id and (outcome is null or outcome in ('done', 'found'))))`
    return this.db.pluck.all(sql, { conversation, mayExist: Number(mayExist) })
  }

  /** Whether a replay of this archive made a conversation. */
  hasMade(targetId: string): boolean {
    const sql = `select 1 from replay_copy where target_id = :id
      union all select 1 from replay_request where target_id = :id limit 1`
    return this.db.pluck.get(sql, { id: targetId }) !== undefined
  }

  /** Deletes the record of a copy. */
  remove(id: number): void {
    this.db.run('delete from replay_request where copy = ?', id)
    this.db.run('delete from replay_candidate where copy = ?', id)
    this.db.run('delete from replay_copy where id = ?', id)
  }

  /** Records that a copy was deleted at the target. What it cost still counts. */
  undo(id: number, at: string): void {
    const undoRequests = `update replay_request set outcome = 'undone', ended_at = ?
      where copy = ? and outcome in ('done', 'found')`
    this.db.run(undoRequests, at, id)
    const undoCopy = `update replay_copy set state = 'undone', reason = null, target_id = null, at = ?
      where id = ?`
    this.db.run(undoCopy, at, id)
  }

  /** Replaces the plan's line when something else was sent: a further loss. */
  replan(id: number, planned: string): void {
    this.db.run('update replay_copy set planned = ? where id = ?', planned, id)
  }

  /** The copies of a conversation with this mode and label, in all revisions. */
  ofOrigin(origin: Pick<NewCopy, 'target' | 'conversation' | 'mode' | 'label'>): Copy[] {
    const sql = `select ${COLUMNS} from replay_copy
      where target = :target and conversation = :conversation and mode = :mode and label = :label order by id`
    return this.db.all(sql, origin)
  }

  /** Records that a copy is still wanted as it is. */
  touch(id: number, at: string): void {
    this.db.run('update replay_copy set at = ? where id = ?', at, id)
  }

  read(id: number): Copy {
    return this.db.get(`select ${COLUMNS} from replay_copy where id = ?`, id) as Copy
  }

  /** The copies in a state, read one at a time, so that they may change meanwhile. */
  inState(target: number, state: CopyState): Generator<Copy, void, undefined> {
    return this.#allWith('target = :target and state = :state', { target, state })
  }

  /** All copies at all targets, read one at a time. */
  all(): Generator<Copy, void, undefined> {
    return this.#allWith('true', {})
  }

  #allWith(condition: string, values: Readonly<Record<string, unknown>>): Generator<Copy, void, undefined> {
    const sql = `select ${COLUMNS} from replay_copy where ${condition} and id > :after order by id limit 1`
    return this.oneByOne(sql, values)
  }

  set(id: number, state: CopyState, at: string, { reason, targetId }: CopyFacts = {}): void {
    const sql = `update replay_copy set state = :state, reason = :reason,
        target_id = coalesce(:targetId, target_id), at = :at
      where id = :id`
    this.db.run(sql, { id, state, at, reason, targetId })
  }

  /** Number of copies in each state. */
  counts(target: number): ReadonlyMap<CopyState, number> {
    const sql = 'select state, count(*) from replay_copy where target = ? group by state'
    return new Map(this.db.raw.all<[CopyState, number]>(sql, target))
  }
}
