import type { Sqlite, Statement } from '../sqlite/sqlite.ts'
import type { StampPlace } from './replay-targets.ts'

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
  /** A moment of the target's own clock, shortly before; null where its clock is not known to be right. */
  readonly since: string | null
}

/** What a request counts against the limits of a run, at least what it was estimated at. */
export interface Counted {
  readonly tokensIn: number
  readonly tokensOut: number
  /** Null without a price. */
  readonly cost: number | null
}

/** How a request ended, once that is known. */
export type RequestOutcome = 'done' | 'found' | 'absent' | 'refused' | 'unsent' | 'undone'

/** A receipt: what is known of a request afterwards. */
export interface Receipt {
  readonly outcome: RequestOutcome
  readonly targetId?: string | undefined
  /** Ids of the entries that the target generated. */
  readonly generated?: readonly string[] | undefined
  /** What the target reported. */
  readonly reported?: { readonly tokensIn: number; readonly tokensOut: number } | undefined
  /** Where it is more than was written down before it was sent. */
  readonly counted?: Counted | undefined
}

/** A request as it stands in the archive. */
export interface StoredRequest extends Intent {
  readonly id: number
  readonly at: string
  readonly outcome: RequestOutcome | null
  readonly targetId: string | null
  readonly generated: readonly string[] | null
  /** Another archive sent it. */
  readonly isForeign: boolean
}

/** What was spent. */
export interface SpentAtTarget extends Counted {
  readonly requests: number
  readonly reported: { readonly tokensIn: number; readonly tokensOut: number }
}

const columns = `id, copy, call, appends_to as appendsTo, before, inputs, fingerprint, results, stamp_place as stampPlace,
  since, at, outcome, target_id as targetId, generated, is_foreign as isForeign`

/** Intents and receipts. */
export class ReplayRequests {
  readonly #add: Statement
  readonly #adopt: Statement
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
        (copy, call, appends_to, before, inputs, fingerprint, results, stamp_place, since, at, run,
          counted_in, counted_out, cost)
      values (:copy, :call, :appendsTo, :before, :inputs, :fingerprint, :results, :stampPlace, :since, :at, :run,
        :tokensIn, :tokensOut, :cost)`)
    this.#adopt = db.prepare(`
      insert into replay_request
        (copy, call, appends_to, before, inputs, fingerprint, results, stamp_place, since, at, outcome, ended_at,
          target_id, generated, is_foreign)
      values (:copy, :call, :appendsTo, :before, :inputs, :fingerprint, :results, :stampPlace, :since, :at, 'found', :at,
        :targetId, :generated, 1)`)
    this.#started = db.prepare('update replay_request set target_id = ? where id = ?')
    this.#setGenerated = db.prepare('update replay_request set generated = ? where id = ?')
    this.#end = db.prepare(`
      update replay_request set outcome = :outcome, ended_at = :at, target_id = coalesce(:targetId, target_id),
        generated = :generated, tokens_in = :tokensIn, tokens_out = :tokensOut,
        counted_in = coalesce(:countedIn, counted_in), counted_out = coalesce(:countedOut, counted_out),
        cost = case when :isFree then cost * 0 else coalesce(:cost, cost) end
      where id = :id`)
    this.#ofCopy = db.prepare(`select ${columns} from replay_request where copy = ? order by id`)
    this.#claimant = db
      .prepare(
        `select copy from replay_request join replay_copy on replay_copy.id = copy
        where replay_request.target_id = :id and target = :target and copy is not :other
        union all
        select id from replay_copy where target_id = :id and target = :target and id is not :other limit 1`,
      )
      .pluck()
    this.#sample = db
      .prepare(
        `select replay_request.target_id from replay_request join replay_copy on replay_copy.id = copy
        where target = ? and replay_request.target_id is not null and state <> 'undone' order by random() limit ?`,
      )
      .pluck()
    this.#spent = db.prepare(`
      select count(*) filter (where outcome in ('done', 'found', 'undone')) as requests,
        coalesce(sum(coalesce(counted_in, tokens_in)), 0) as tokensIn,
        coalesce(sum(coalesce(counted_out, tokens_out)), 0) as tokensOut, sum(cost) as cost,
        coalesce(sum(tokens_in), 0) as reportedIn, coalesce(sum(tokens_out), 0) as reportedOut
      from replay_request join replay_copy on replay_copy.id = copy
      where target = ? and is_foreign = 0`)
  }

  /** Stores an intent of a run, and what it counts until more is known; answers with its number. */
  intend(intent: Intent, counted: Counted, run: number, at: string): number {
    const results = JSON.stringify(intent.results)
    return Number(this.#add.run({ ...intent, ...counted, results, run, at }).lastInsertRowid)
  }

  /** Writes down a request that another archive sent: it was found, and costs nothing here. */
  adopt(intent: Intent, targetId: string, generated: readonly string[], at: string): void {
    const texts = { results: JSON.stringify(intent.results), generated: JSON.stringify(generated) }
    this.#adopt.run({ ...intent, ...texts, targetId, at })
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
    const { outcome, targetId, generated, reported } = receipt
    const isFree = outcome === 'refused' || outcome === 'unsent'
    const counted = isFree ? { tokensIn: 0, tokensOut: 0, cost: null } : receipt.counted
    this.#end.run({
      id,
      at,
      outcome,
      targetId: targetId ?? null,
      generated: generated === undefined ? null : JSON.stringify(generated),
      tokensIn: reported?.tokensIn ?? null,
      tokensOut: reported?.tokensOut ?? null,
      countedIn: counted?.tokensIn ?? null,
      countedOut: counted?.tokensOut ?? null,
      cost: counted?.cost ?? null,
      isFree: Number(isFree),
    })
  }

  /** The requests of a copy, in the order they were made. */
  ofCopy(copy: number): StoredRequest[] {
    const rows = this.#ofCopy.all(copy) as (Omit<StoredRequest, 'results' | 'generated' | 'isForeign'> & {
      results: string
      generated: string | null
      isForeign: number
    })[]
    return rows.map((row) => ({
      ...row,
      isForeign: row.isForeign === 1,
      results: JSON.parse(row.results) as number[],
      generated: row.generated === null ? null : (JSON.parse(row.generated) as string[]),
    }))
  }

  /** The copy to which a conversation of the target belongs, other than one. */
  claimant(target: number, targetId: string, other?: number): number | undefined {
    return this.#claimant.get({ target, id: targetId, other: other ?? null }) as number | undefined
  }

  /** Some ids of what was created over there, at random. */
  sample(target: number, size: number): string[] {
    return this.#sample.all(target, size) as string[]
  }

  /** What all requests have cost that were not refused. */
  spent(target: number): SpentAtTarget {
    const row = this.#spent.get(target) as Counted & Record<'requests' | 'reportedIn' | 'reportedOut', number>
    const { reportedIn, reportedOut, ...spent } = row
    return { ...spent, reported: { tokensIn: reportedIn, tokensOut: reportedOut } }
  }
}
