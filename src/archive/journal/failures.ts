import { redactBody } from '../../model/secrets/redact-json.ts'
import { redactText } from '../../model/secrets/redact-text.ts'
import { DatabaseAccess } from '../sqlite/database-access.ts'

/** What failed for a conversation, and the response that was received instead. */
export interface Failure {
  /** The conversation's id, or a generated name for a row without an id. */
  readonly conversation: string
  readonly step: 'row' | 'get' | 'history' | 'messages' | 'store' | 'references' | 'shapes'
  readonly code: string
  readonly message: string
  /** The response body that could not be used. */
  readonly body?: string | Uint8Array | undefined
}

/** A failure that is not resolved. `runs` is the number of runs that met it. */
export interface OpenFailure extends Omit<Failure, 'body'> {
  readonly runs: number
  readonly lastAt: string
  /** When a person acknowledged it; null if nobody has. */
  readonly acknowledgedAt: string | null
}

/** SQL for the reason of a failure: the step that failed, and how. */
export const FAILURE_REASON = `step || '/' || code`

/** Number of runs after which a failure is retried only weekly. */
const RUNS_BEFORE_WEEKLY = 5
const WEEK_MS = 7 * 86_400_000

/** Tells whether to retry a failure: in every run at first, then weekly. */
export function isDue({ runs, lastAt }: OpenFailure, now: Date): boolean {
  const age = Math.abs(now.getTime() - Date.parse(lastAt)) // a clock that was set back must not postpone it forever
  return runs < RUNS_BEFORE_WEEKLY || age >= WEEK_MS
}

/** Tells whether the conversation itself is stored and only a further step failed. */
export function isContentStored({ step }: Pick<OpenFailure, 'step'>): boolean {
  return step === 'messages' || step === 'references' || step === 'shapes'
}

const OPEN = `select conversation, step, code, message, runs, last_at as lastAt, acknowledged_at as acknowledgedAt
  from failure where resolved_at is null`

/** The failures: at most one open failure for each conversation. */
export class Failures extends DatabaseAccess {
  /** Records a failure, or that it happened again. Secrets in message and body are redacted first. */
  record(failure: Failure, run: number, at: string): void {
    const message = redactText(failure.message)
    const earlier = this.#endOtherReason(failure, run, at)
    const sql = `insert into failure
        (conversation, step, code, message, body, first_run, last_run, last_at, runs, acknowledged_at)
      values (:conversation, :step, :code, :message, :body, :run, :run, :at, :runs, :acknowledgedAt)
      on conflict (conversation) where resolved_at is null do update set
        message = excluded.message, body = excluded.body,
        runs = runs + (last_run <> excluded.last_run), last_run = excluded.last_run, last_at = excluded.last_at`
    this.db.run(sql, { ...failure, ...earlier, message, body: asBytes(failure.body), run, at })
  }

  /**
   * Ends the open failure of a conversation if it has another reason, so that what earlier runs met stays known. The new one
   * continues its count of runs and its acknowledgement. A failure with the same reason stays one row, however many runs
   * meet it.
   */
  #endOtherReason({ conversation, step, code }: Failure, run: number, at: string) {
    const other = this.db.get<{ id: number; runs: number; lastRun: number; acknowledgedAt: string | null }>(
      `select id, runs, last_run as lastRun, acknowledged_at as acknowledgedAt from failure
      where conversation = ? and resolved_at is null and (step <> ? or code <> ?)`,
      ...[conversation, step, code],
    )
    if (other === undefined) return { runs: 1, acknowledgedAt: null }
    const { id, runs, lastRun, acknowledgedAt } = other
    // Until now every run counted the conversation as failed, also those that did not try it again.
    const sql = `update failure set resolved_at = :at,
      last_run = max(last_run, (select ifnull(max(id), 0) from run where id < :run)) where id = :id`
    this.db.run(sql, { id, run, at })
    return { runs: runs + Number(lastRun !== run), acknowledgedAt }
  }

  /** Marks the failure of a conversation as resolved: it was stored, or is gone. */
  resolve(conversation: string, at: string): void {
    const sql = 'update failure set resolved_at = ? where conversation = ? and resolved_at is null'
    this.db.run(sql, at, conversation)
  }

  /** Acknowledges the failure of a conversation; returns false if there is none. */
  acknowledge(conversation: string, at: string): boolean {
    const sql = 'update failure set acknowledged_at = ? where conversation = ? and resolved_at is null'
    return this.db.run(sql, at, conversation).changes > 0
  }

  /** Acknowledges all failures, or those with this reason; returns how many were not acknowledged before. */
  acknowledgeAll(at: string, reason?: string): number {
    const sql = `update failure set acknowledged_at = :at
      where resolved_at is null and acknowledged_at is null
        and (:reason is null or ${FAILURE_REASON} = :reason)`
    return this.db.run(sql, { at, reason: reason ?? null }).changes
  }

  /** All unresolved failures, oldest first. */
  open(): OpenFailure[] {
    return this.db.all(`${OPEN} order by id`)
  }

  /** The unresolved failure of a conversation; undefined if there is none. */
  openOf(conversation: string): OpenFailure | undefined {
    return this.db.get(`${OPEN} and conversation = ?`, conversation)
  }
}

function asBytes(body: Failure['body']): Uint8Array | null {
  if (body === undefined) return null
  const redacted = redactBody(body)
  return typeof redacted === 'string' ? Buffer.from(redacted) : redacted
}
