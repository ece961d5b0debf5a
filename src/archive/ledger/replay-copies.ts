import type { Sqlite, Statement } from '../sqlite/sqlite.ts'

/**
 * How it stands with a copy. `pending`: not sent yet. `open`: sent, and no answer is known. `uncertain`: nobody can tell
 * whether it arrived. `failed`: the target said no, or could not be asked. `stale`: a copy of an earlier revision is there. `diverged`: a call
 * came that the archive has no result for. `undone`: it was deleted again.
 */
export type CopyState =
  'pending' | 'open' | 'done' | 'uncertain' | 'failed' | 'blocked' | 'stale' | 'diverged' | 'undone'

/** What is to arrive at a target exactly once. */
export interface NewCopy {
  readonly target: number
  readonly stamp: string
  /** The conversation's id at the source. */
  readonly conversation: string
  readonly revision: string
  readonly mode: string
  readonly label: string
  /** The line of the plan, as JSON text. */
  readonly planned: string
}

/** A copy as it stands in the archive. */
export interface Copy extends NewCopy {
  readonly id: number
  readonly state: CopyState
  readonly reason: string | null
  /** Its id at the target, as far as known. */
  readonly targetId: string | null
  readonly at: string
}

const columns = `id, target, stamp, conversation, revision, mode, label, state, reason, target_id as targetId, planned, at`

/** The copies: one for each stamp and target. */
export class ReplayCopies {
  readonly #add: Statement
  readonly #replan: Statement
  readonly #byStamp: Statement
  readonly #byId: Statement
  readonly #byOrigin: Statement
  readonly #bySource: Statement
  readonly #remove: Statement
  readonly #removeRequests: Statement
  readonly #removeCandidates: Statement
  readonly #touch: Statement
  readonly #undo: Statement
  readonly #undoRequests: Statement
  readonly #inState: Statement
  readonly #all: Statement
  readonly #set: Statement
  readonly #counts: Statement

  constructor(db: Sqlite) {
    this.#add = db.prepare(`
      insert into replay_copy (target, stamp, conversation, revision, mode, label, state, planned, at)
      values (:target, :stamp, :conversation, :revision, :mode, :label, :state, :planned, :at)`)
    this.#replan = db.prepare('update replay_copy set planned = ? where id = ?')
    this.#byStamp = db.prepare(`select ${columns} from replay_copy where target = ? and stamp = ?`)
    this.#byId = db.prepare(`select ${columns} from replay_copy where id = ?`)
    this.#byOrigin = db.prepare(`
      select ${columns} from replay_copy
      where target = :target and conversation = :conversation and mode = :mode and label = :label order by id`)
    // A full stop ends the part of a stamp that names the source; a slash is what comes next in ASCII.
    this.#bySource = db.prepare(
      `select ${columns} from replay_copy where target = ? and stamp >= ? and stamp < ? order by id`,
    )
    this.#remove = db.prepare('delete from replay_copy where id = ?')
    this.#removeRequests = db.prepare('delete from replay_request where copy = ?')
    this.#removeCandidates = db.prepare('delete from replay_candidate where copy = ?')
    this.#touch = db.prepare('update replay_copy set at = ? where id = ?')
    this.#undo = db.prepare(
      "update replay_copy set state = 'undone', reason = null, target_id = null, at = ? where id = ?",
    )
    this.#undoRequests = db.prepare(
      "update replay_request set outcome = 'undone', ended_at = ? where copy = ? and outcome in ('done', 'found')",
    )
    this.#inState = db.prepare(`
      select ${columns} from replay_copy
      where target = :target and state = :state and id > :after order by id limit 1`)
    this.#all = db.prepare(`select ${columns} from replay_copy where id > ? order by id limit 1`)
    this.#set = db.prepare(`
      update replay_copy set state = :state, reason = :reason, target_id = coalesce(:targetId, target_id), at = :at
      where id = :id`)
    this.#counts = db.prepare('select state, count(*) from replay_copy where target = ? group by state').raw()
  }

  /** The copy with this stamp. */
  byStamp(target: number, stamp: string): Copy | undefined {
    return this.#byStamp.get(target, stamp) as Copy | undefined
  }

  /** Copies of one source in any revision, mode and label: their stamps begin so. */
  ofSource(target: number, source: string): Copy[] {
    return this.#bySource.all(target, `${source}.`, `${source}/`) as Copy[]
  }

  /** Adds a copy. */
  add(copy: NewCopy, state: CopyState, at: string): void {
    this.#add.run({ ...copy, state, at })
  }

  /** Forgets a copy that never came to be. */
  remove(id: number): void {
    this.#removeRequests.run(id)
    this.#removeCandidates.run(id)
    this.#remove.run(id)
  }

  /** Notes that a copy was deleted over there; what it has cost stays in the books. */
  undo(id: number, at: string): void {
    this.#undoRequests.run(at, id)
    this.#undo.run(at, id)
  }

  /** Writes down what was sent in the place of what was planned: a further loss. */
  replan(id: number, planned: string): void {
    this.#replan.run(planned, id)
  }

  /** Copies of one conversation in the same mode under the same label, whatever its revision. */
  ofOrigin(origin: Pick<NewCopy, 'target' | 'conversation' | 'mode' | 'label'>): Copy[] {
    const { target, conversation, mode, label } = origin
    return this.#byOrigin.all({ target, conversation, mode, label }) as Copy[]
  }

  /** Notes that a copy is still wanted as it stands. */
  touch(id: number, at: string): void {
    this.#touch.run(at, id)
  }

  read(id: number): Copy {
    return this.#byId.get(id) as Copy
  }

  /** The copies in a state, one at a time, so that they may change meanwhile. */
  *inState(target: number, state: CopyState): Generator<Copy, void, undefined> {
    for (let after = 0; ;) {
      const copy = this.#inState.get({ target, state, after }) as Copy | undefined
      if (copy === undefined) return
      yield copy
      after = copy.id
    }
  }

  /** Every copy of every target, one at a time. */
  *all(): Generator<Copy, void, undefined> {
    for (let after = 0; ;) {
      const copy = this.#all.get(after) as Copy | undefined
      if (copy === undefined) return
      yield copy
      after = copy.id
    }
  }

  /** Says how it stands with a copy now. */
  set(id: number, state: CopyState, at: string, facts: { reason?: string; targetId?: string } = {}): void {
    this.#set.run({ id, state, at, reason: facts.reason ?? null, targetId: facts.targetId ?? null })
  }

  /** How many copies are in which state. */
  counts(target: number): ReadonlyMap<CopyState, number> {
    return new Map(this.#counts.all(target) as [CopyState, number][])
  }
}
