/** What went wrong, as a word that a program can test. `cli/exit-codes.ts` maps each to an exit code. */
export type ErrorCode =
  /** The caller asked for something that can't be asked for. */
  | 'usage'
  /** The API refused the key (401, or 403 that is not a guardrail). */
  | 'key-refused'
  /** The API wants payment (402). */
  | 'payment-required'
  /** The API has no such thing, or not for this key (404). */
  | 'not-found'
  /** The API refused the request itself (400, 403 guardrail, 422). */
  | 'request-refused'
  /** The conversation is being changed by somebody else (409). */
  | 'conflict'
  /** Too many requests, and no more patience (429). */
  | 'rate-limited'
  /** The account's allowance is zero: waiting is useless (429 with a limit of 0). */
  | 'no-allowance'
  /** The service failed (5xx). */
  | 'service-failed'
  /** No connection, or a connection that broke. */
  | 'network'
  /** Nothing came in time. */
  | 'timeout'
  /** A redirect to another host, which never gets the key. */
  | 'redirected'
  /** A body over the hard cap. */
  | 'too-large'
  /** A body that is not UTF-8 JSON. */
  | 'not-json'
  /** JSON of another shape than the one asked for. */
  | 'unexpected-shape'
  /** A stream that ended before `conversation.response.done`, or said that it failed. */
  | 'stream-failed'
  /** The run was told to stop. */
  | 'interrupted'
  /** A money, token or time limit of the caller's was reached. */
  | 'budget'
  /** Another run holds the archive. */
  | 'archive-locked'
  /** The file is not a hansard archive. */
  | 'not-an-archive'
  /** The archive was written by a newer hansard. */
  | 'archive-newer'
  /** The archive was written by a development version of hansard. */
  | 'archive-older'
  /** SQLite can't read the archive. */
  | 'archive-damaged'
  /** The archive has no search index yet. */
  | 'not-indexed'
  /** The archive holds another account's conversations. */
  | 'another-account'
  /** A plan that was edited, or is for another archive or another state of it. */
  | 'plan-refused'
  /** A file could not be read or written. */
  | 'file'

/** Further facts of an error. */
export interface ErrorFacts {
  /** What to do now, as a sentence. */
  readonly hint?: string | undefined
  readonly cause?: unknown
  /** HTTP status, where an answer came. */
  readonly status?: number | undefined
  /** The body that could not be used, as it came, secrets redacted; bytes where it was not UTF-8. */
  readonly body?: string | Uint8Array | undefined
}

/** An error that its reader can act on: what happened (code, message), why (cause), what to do now (hint). */
export class HansardError extends Error {
  override readonly name = 'HansardError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly status: number | undefined
  readonly body: string | Uint8Array | undefined

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.code = code
    this.hint = facts.hint
    this.status = facts.status
    this.body = facts.body
  }
}

/** Tells whether a thrown value is one of ours, of this code if one is given. */
export function isHansardError(value: unknown, code?: ErrorCode): value is HansardError {
  return value instanceof HansardError && (code === undefined || value.code === code)
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** Tells whether something failed because this process, or the machine, may not open more files. */
export function isOutOfFiles(thrown: unknown): boolean {
  const { code, cause } = (thrown ?? {}) as { readonly code?: unknown; readonly cause?: unknown }
  return code === 'EMFILE' || code === 'ENFILE' || (cause !== undefined && isOutOfFiles(cause))
}

/** What to say of such a failure, whatever was being opened. `bin/hansard.js` says the same where no module can be loaded. */
export const outOfFiles = {
  message: 'Too many open files: this process may not open another one',
  hint: 'Raise the limit, for example with `ulimit -n 1024`, and run the command again.',
} as const
