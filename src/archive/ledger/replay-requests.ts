import { DatabaseAccess } from '../sqlite/database-access.ts'
import type { StampPlace } from './replay-targets.ts'

/** An intent: a request that is about to be sent, to start or to continue a copy. */
export interface Intent {
  readonly copy: number
  /** Index of the call in the plan, from 0. */
  readonly call: number
  /** The conversation at the target that it continues; null for a start. */
  readonly appendsTo: string | null
  /** Number of entries before its inputs. */
  readonly before: number
  readonly inputs: number
  /** How its inputs appear in a history. */
  readonly fingerprint: string
  /** Positions of the archived tool results that it sends. */
  readonly results: readonly number[]
  readonly stampPlace: StampPlace
  /** A time by the target's clock, shortly before the request; null if that clock is not trusted. */
  readonly since: string | null
}

interface Tokens {
  readonly tokensIn: number
  readonly tokensOut: number
}

/** What a request counts against the limits of a run: at least its estimate. */
export interface Counted extends Tokens {
  /** Null without a price. */
  readonly cost: number | null
}

/** How a request ended (see the schema). */
export type RequestOutcome = 'done' | 'found' | 'absent' | 'refused' | 'unsent' | 'undone'

/** A receipt: what is known about a request after it was sent. */
export interface Receipt {
  readonly outcome: RequestOutcome
  readonly targetId?: string | undefined
  /** Ids of the entries that the target generated. */
  readonly generated?: readonly string[] | undefined
  /** Usage that the target reported. */
  readonly reported?: Tokens | undefined
  /** Replaces what was counted before sending, if it is more. */
  readonly counted?: Counted | undefined
}

/** A request in the archive. */
export interface StoredRequest extends Intent {
  readonly id: number
  readonly at: string
  readonly outcome: RequestOutcome | null
  readonly targetId: string | null
  readonly generated: readonly string[] | null
  /** It was sent by another archive. */
  readonly isForeign: boolean
}

/** What was spent at a target. */
export interface SpentAtTarget extends Counted {
  readonly requests: number
  readonly reported: Tokens
}

type SpentRow = Counted & Record<'requests' | 'reportedIn' | 'reportedOut', number>

type RequestRow = Omit<StoredRequest, 'results' | 'generated' | 'isForeign'> & {
  readonly results: string
  readonly generated: string | null
  readonly isForeign: 0 | 1
}

const COLUMNS = `id, copy, call, appends_to as appendsTo, before, inputs, fingerprint, results, stamp_place as stampPlace,
  since, at, outcome, target_id as targetId, generated, is_foreign as isForeign`

/** Intents and receipts. */
export class ReplayRequests extends DatabaseAccess {
  /** Stores an intent and what it counts until more is known; returns its id. */
  intend(intent: Intent, { tokensIn, tokensOut, cost }: Counted, run: number, at: string): number {
    return this.#add(intent, at, { run, counted_in: tokensIn, counted_out: tokensOut, cost })
  }

  /** Records a request that another archive sent. It counts nothing here. */
  adopt(intent: Intent, targetId: string, generated: readonly string[], at: string): void {
    const receipt = {
      outcome: 'found',
      ended_at: at,
      target_id: targetId,
      generated: JSON.stringify(generated),
    }
    this.#add(intent, at, { ...receipt, is_foreign: 1 })
  }

  #add(intent: Intent, at: string, others: object): number {
    const { copy, call, before, inputs, fingerprint, since } = intent
    const { appendsTo: appends_to, stampPlace: stamp_place } = intent
    const results = JSON.stringify(intent.results)
    const columns = { copy, call, appends_to, before, inputs, fingerprint, results, stamp_place, since, at }
    return this.insert('replay_request', { ...columns, ...others })
  }

  /** Records the conversation's id as soon as the target names it. */
  started(id: number, targetId: string): void {
    this.db.run('update replay_request set target_id = ? where id = ?', targetId, id)
  }

  /** Updates the generated entries when more of them arrived later. */
  setGenerated(id: number, generated: readonly string[]): void {
    this.db.run('update replay_request set generated = ? where id = ?', JSON.stringify(generated), id)
  }

  end(id: number, at: string, receipt: Receipt): void {
    const { outcome, targetId, generated, reported } = receipt
    const isFree = outcome === 'refused' || outcome === 'unsent'
    const counted = isFree ? { tokensIn: 0, tokensOut: 0, cost: null } : receipt.counted
    const sql = `update replay_request set outcome = :outcome, ended_at = :at,
        target_id = coalesce(:targetId, target_id), generated = :generated, tokens_in = :reportedIn,
        tokens_out = :reportedOut, counted_in = coalesce(:tokensIn, counted_in),
        counted_out = coalesce(:tokensOut, counted_out),
        cost = case when :isFree then cost * 0 else coalesce(:cost, cost) end
      where id = :id`
    this.db.run(sql, {
      ...{ id, at, outcome, targetId, generated: generated && JSON.stringify(generated) },
      ...{ reportedIn: reported?.tokensIn, reportedOut: reported?.tokensOut, isFree: Number(isFree) },
      ...{ tokensIn: counted?.tokensIn, tokensOut: counted?.tokensOut, cost: counted?.cost },
    })
  }

  /** The requests of a copy, in the order in which they were sent. */
  ofCopy(copy: number): StoredRequest[] {
    const sql = `select ${COLUMNS} from replay_request where copy = ? order by id`
    return this.db.all<RequestRow>(sql, copy).map((row) => ({
      ...row,
      isForeign: row.isForeign === 1,
      results: JSON.parse(row.results) as number[],
      generated: row.generated === null ? null : (JSON.parse(row.generated) as string[]),
    }))
  }

  /** The copy, other than `other`, that a conversation at the target belongs to. */
  claimant(target: number, targetId: string, other?: number): number | undefined {
    const sql = `select copy from replay_request join replay_copy on replay_copy.id = copy
      where replay_request.target_id = :id and target = :target and copy is not :other
      union all
      select id from replay_copy where target_id = :id and target = :target and id is not :other limit 1`
    return this.db.pluck.get(sql, { target, id: targetId, other })
  }

  /** Random ids of conversations that were created at the target. */
  sample(target: number, size: number): string[] {
    const sql = `select replay_request.target_id from replay_request join replay_copy on replay_copy.id = copy
      where target = ? and replay_request.target_id is not null and state <> 'undone'
      order by random() limit ?`
    return this.db.pluck.all(sql, target, size)
  }

  /** What all requests that were not refused have cost. */
  spent(target: number): SpentAtTarget {
    const sql = `select count(*) filter (where outcome in ('done', 'found', 'undone')) as requests,
        coalesce(sum(coalesce(counted_in, tokens_in)), 0) as tokensIn,
        coalesce(sum(coalesce(counted_out, tokens_out)), 0) as tokensOut, sum(cost) as cost,
        coalesce(sum(tokens_in), 0) as reportedIn, coalesce(sum(tokens_out), 0) as reportedOut
      from replay_request join replay_copy on replay_copy.id = copy
      where target = ? and is_foreign = 0`
    const { reportedIn, reportedOut, ...spent } = this.db.get(sql, target) as SpentRow
    return { ...spent, reported: { tokensIn: reportedIn, tokensOut: reportedOut } }
  }
}
