import type { StampPlace } from './replay-targets.ts'
import type { Sqlite, Statement } from './sqlite.ts'

/** An intent: a request that is about to start or to continue a copy. */
export interface Intent {
  readonly copy: number
  /** Which of the plan's calls, from 0. */
  readonly call: number
  /** The conversation over there that it continues; null for a start. */
  readonly appendsTo: string | null
  /** How many entries stand before its inputs. */
  readonly before: number
  readonly inputs: number
  /** What its inputs look like in a history. */
  readonly fingerprint: string
  /** Places of the archived results that it answers with. */
  readonly results: readonly number[]
  readonly stampPlace: StampPlace
  /** A moment of the target's own clock, shortly before; null where it has not told the time. */
  readonly since: string | null
}

/** How a request ended, once that is known. */
export type RequestOutcome = 'done' | 'found' | 'absent' | 'refused' | 'unsent' | 'undone'

/** A receipt: what is known of a request afterwards. */
export interface Receipt {
  readonly outcome: RequestOutcome
  readonly targetId?: string | undefined
  /** Ids of the entries that the target generated. */
  readonly generated?: readonly string[] | undefined
  readonly tokensIn?: number | undefined
  readonly tokensOut?: number | undefined
  readonly cost?: number | null | undefined
}

/** A request as it stands in the archive. */
export interface StoredRequest extends Intent {
  readonly id: number
  readonly at: string
  readonly outcome: RequestOutcome | null
  readonly targetId: string | null
  readonly generated: readonly string[] | null
}

/** What was spent. */
export interface Spent {
  readonly requests: number
  readonly tokensIn: number
  readonly tokensOut: number
  /** Null where no price was given. */
  readonly cost: number | null
}

const columns = `id, copy, call, appends_to as appendsTo, before, inputs, fingerprint, results, stamp_place as stampPlace,
  since, at, outcome, target_id as targetId, generated`

/** Intents and receipts. */
export class ReplayRequests {
  readonly #add: Statement
  readonly #started: Statement
  readonly #setGenerated: Statement
  readonly #end: Statement
  readonly #ofCopy: Statement
  readonly #claimant: Statement
  readonly #sample: Statement
  readonly #spent: Statement

  constructor(db: Sqlite) {
    this.#add = db.prepare(`
      insert into replay_request
        (copy, call, appends_to, before, inputs, fingerprint, results, stamp_place, since, at)
      values (:copy, :call, :appendsTo, :before, :inputs, :fingerprint, :results, :stampPlace, :since, :at)`)
    this.#started = db.prepare('update replay_request set target_id = ? where id = ?')
    this.#setGenerated = db.prepare('update replay_request set generated = ? where id = ?')
    this.#end = db.prepare(`
      update replay_request set outcome = :outcome, ended_at = :at, target_id = coalesce(:targetId, target_id),
        generated = :generated, tokens_in = :tokensIn, tokens_out = :tokensOut, cost = :cost
      where id = :id`)
    this.#ofCopy = db.prepare(`select ${columns} from replay_request where copy = ? order by id`)
    this.#claimant = db
      .prepare(
        `select copy from replay_request join replay_copy on replay_copy.id = copy
        where replay_request.target_id = :id and target = :target
        union all select id from replay_copy where target_id = :id and target = :target limit 1`,
      )
      .pluck()
    this.#sample = db
      .prepare(
        `select replay_request.target_id from replay_request join replay_copy on replay_copy.id = copy
        where target = ? and replay_request.target_id is not null and state <> 'undone' order by random() limit ?`,
      )
      .pluck()
    this.#spent = db.prepare(`
      select count(*) as requests, coalesce(sum(tokens_in), 0) as tokensIn,
        coalesce(sum(tokens_out), 0) as tokensOut, sum(cost) as cost
      from replay_request join replay_copy on replay_copy.id = copy
      where target = ? and outcome in ('done', 'found', 'undone')`)
  }

  /** Stores an intent; answers with its number. */
  intend(intent: Intent, at: string): number {
    return Number(this.#add.run({ ...intent, results: JSON.stringify(intent.results), at }).lastInsertRowid)
  }

  /** Notes under which id the target does it, before it has been done. */
  started(id: number, targetId: string): void {
    this.#started.run(targetId, id)
  }

  /** Notes what was generated, where more of it came later. */
  setGenerated(id: number, generated: readonly string[]): void {
    this.#setGenerated.run(JSON.stringify(generated), id)
  }

  /** Stores a receipt. */
  end(id: number, at: string, receipt: Receipt): void {
    const { outcome, targetId, generated, tokensIn, tokensOut, cost } = receipt
    this.#end.run({
      id,
      at,
      outcome,
      targetId: targetId ?? null,
      generated: generated === undefined ? null : JSON.stringify(generated),
      tokensIn: tokensIn ?? null,
      tokensOut: tokensOut ?? null,
      cost: cost ?? null,
    })
  }

  /** The requests of a copy, in the order they were made. */
  ofCopy(copy: number): StoredRequest[] {
    const rows = this.#ofCopy.all(copy) as (StoredRequest & { results: string; generated: string | null })[]
    return rows.map((row) => ({
      ...row,
      results: JSON.parse(row.results) as number[],
      generated: row.generated === null ? null : (JSON.parse(row.generated) as string[]),
    }))
  }

  /** The copy to which a conversation of the target belongs. */
  claimant(target: number, targetId: string): number | undefined {
    return this.#claimant.get({ target, id: targetId }) as number | undefined
  }

  /** Some ids of what was created over there, at random. */
  sample(target: number, size: number): string[] {
    return this.#sample.all(target, size) as string[]
  }

  /** What all answered requests have cost. */
  spent(target: number): Spent {
    return this.#spent.get(target) as Spent
  }
}
