import { redactBody } from '../../model/secrets/redact-json.ts'
import { redactText } from '../../model/secrets/redact-text.ts'
import type { Sqlite, Statement } from '../sqlite/sqlite.ts'

/** What could not be done for a conversation, and what came instead. */
export interface Failure {
  /** The conversation's id, or a made-up name for a row that has none. */
  readonly conversation: string
  readonly step: 'row' | 'get' | 'history' | 'messages' | 'store' | 'references' | 'shapes'
  readonly code: string
  readonly message: string
  /** The body that could not be stored as what it should be. */
  readonly body?: string | Uint8Array | undefined
}

/** A failure that is not resolved yet. `runs` counts the runs that tried and met it. */
export interface OpenFailure {
  readonly conversation: string
  readonly step: Failure['step']
  readonly code: string
  readonly message: string
  readonly runs: number
  readonly lastAt: string
  /** When somebody accepted that it lasts; null while nobody has. */
  readonly acknowledgedAt: string | null
}

/** Runs after which a failure that lasts is tried weekly only. */
const RUNS_BEFORE_WEEKLY = 5
const WEEK_MS = 7 * 86_400_000

/** Tells whether a failure is to be tried again: by every run at first, weekly when it lasts. */
export function isDue({ runs, lastAt }: OpenFailure, now: Date): boolean {
  const age = Math.abs(now.getTime() - Date.parse(lastAt)) // a clock that jumped back must not put it off for ever
  return runs < RUNS_BEFORE_WEEKLY || age >= WEEK_MS
}

/** Tells whether the conversation itself is stored, and only something about it failed. */
export function isContentStored({ step }: Pick<OpenFailure, 'step'>): boolean {
  return step === 'messages' || step === 'references' || step === 'shapes'
}

/** What failed and is not resolved: at most one open failure a conversation. */
export class Failures {
  readonly #record: Statement
  readonly #resolve: Statement
  readonly #acknowledge: Statement
  readonly #open: Statement

  constructor(db: Sqlite) {
    this.#record = db.prepare(`
      insert into failure (conversation, step, code, message, body, first_run, last_run, last_at)
      values (:conversation, :step, :code, :message, :body, :run, :run, :at)
      on conflict (conversation) where resolved_at is null do update set
        step = excluded.step, code = excluded.code, message = excluded.message, body = excluded.body,
        runs = runs + (last_run <> excluded.last_run), last_run = excluded.last_run, last_at = excluded.last_at`)
    this.#resolve = db.prepare(
      'update failure set resolved_at = ? where conversation = ? and resolved_at is null',
    )
    this.#acknowledge = db.prepare(
      'update failure set acknowledged_at = ? where conversation = ? and resolved_at is null',
    )
    this.#open = db.prepare(`
      select conversation, step, code, message, runs, last_at as lastAt, acknowledged_at as acknowledgedAt
      from failure where resolved_at is null order by id`)
  }

  /** Writes a failure down, or that it happened again; whatever its body is, secrets are taken out of it first. */
  record(failure: Failure, run: number, at: string): void {
    const message = redactText(failure.message)
    this.#record.run({ ...failure, message, body: asBytes(failure.body), run, at })
  }

  /** Notes that the conversation was stored (or is gone) after all. */
  resolve(conversation: string, at: string): void {
    this.#resolve.run(at, conversation)
  }

  /** Accepts that a failure lasts; false when there is none of this conversation. */
  acknowledge(conversation: string, at: string): boolean {
    return this.#acknowledge.run(at, conversation).changes > 0
  }

  /** All that is unresolved, oldest first. */
  open(): OpenFailure[] {
    return this.#open.all() as OpenFailure[]
  }
}

function asBytes(body: Failure['body']): Uint8Array | null {
  if (body === undefined) return null
  const redacted = redactBody(body)
  return typeof redacted === 'string' ? Buffer.from(redacted) : redacted
}
